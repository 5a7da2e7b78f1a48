"""A plan applied to snapshots: findings, score, verdict, reviews, stored results."""
