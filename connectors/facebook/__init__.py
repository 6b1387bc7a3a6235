"""A Facebook Page as a channel: private messages, comments and visitors' posts, by the Graph API."""
