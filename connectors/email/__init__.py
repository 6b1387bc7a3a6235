"""Electronic mail: polled by IMAP, understood from its bytes, sent by SMTP."""
