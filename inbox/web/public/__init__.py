"""Pages for the public: no account, no script, English and Welsh."""
