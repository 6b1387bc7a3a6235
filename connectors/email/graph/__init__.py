"""Microsoft 365 mailboxes by Microsoft Graph v1.0."""
