"""The demo office 云汀市 (Yunting), an invented city with invented people, filled by the real actions."""
