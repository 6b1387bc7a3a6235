"""Files that ask for a password: what their own headers say of them, nothing is opened."""


def needs_password(content: bytes) -> bool:
    """Whether a zip, Office or PDF file says in its own header that it is locked (never opened further)."""
    if content.startswith(b"PK\x03\x04"):
        return bool(content[6:7] and content[6] & 1)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "EncryptedPackage".encode("utf-16-le") in content[:65536]
    if content.startswith(b"%PDF-"):
        return b"/Encrypt" in content[-4096:] or b"/Encrypt" in content[:4096]
    return False
