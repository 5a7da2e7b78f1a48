"""Notices: reading what was published (通报), classifying problem wordings, checking the arithmetic."""
