"""Finds serious misstatements (严重表述错误) in Chinese text: candidates for a person, never a conviction."""
