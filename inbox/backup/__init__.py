"""Backups: one portable archive of an installation or an office, the same on SQLite and PostgreSQL.

A gzipped tar of JSON lines per table, the stored files under their hashes, and a manifest at the end
that counts and hashes everything, so that a cut or changed archive is refused before a row is written.
"""

from inbox.backup.archive import BackupRefused
from inbox.backup.making import Made, make
from inbox.backup.restoring import Restored, restore

__all__ = ["BackupRefused", "Made", "Restored", "make", "restore"]
