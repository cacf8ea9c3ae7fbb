"""Waits for files.StoredFile and casework.Case."""
