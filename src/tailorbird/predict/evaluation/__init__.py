"""How good a recommender is: readers of public logs, replays of questions, metrics, reports."""
