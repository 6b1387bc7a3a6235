"""What the staff pages show: functions from rows to views, with no writing and no request."""
