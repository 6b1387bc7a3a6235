"""The wire: how each channel is read, verified and written to. Knows nothing of cases."""
