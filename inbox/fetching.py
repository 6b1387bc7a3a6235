"""How files that messages only point to are fetched: by the channel they came through."""

from contextlib import closing

from connectors.contract import Attachment, Downloads, PermanentFailure, RemoteFile, TemporaryFailure
from inbox import channels
from inbox.database import Database, find
from inbox.errors import Refused, SetupProblem
from inbox.models import Channel
from inbox.pipeline import Download
from inbox.secrets import SecretKeys
from inbox.settings import Settings


def downloader(database: Database, keys: SecretKeys, settings: Settings) -> Download:
    """Fetches a file for a node. The function raises PermanentFailure where the channel keeps none, and
    TemporaryFailure where it cannot be asked now or was disconnected."""

    def download(office_id: str, channel_id: str, file: RemoteFile) -> Attachment:
        with database.read(office_id) as session:
            channel = find(session, Channel, channel_id)
        try:
            connected = channels.connect(channel, keys, settings, database)
        except (Refused, SetupProblem) as problem:
            raise TemporaryFailure(problem.sentence) from problem
        with closing(connected) as connector:
            if not isinstance(connector, Downloads):
                raise PermanentFailure("This kind of channel keeps no files elsewhere.")
            return connector.download(file)

    return download
