"""How rows are read and written: functions given a Session (orm) or a Connection (core); they never end work."""
