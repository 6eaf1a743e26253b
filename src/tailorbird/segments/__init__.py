"""Who behaves alike? People in named groups that keep their names from day to day."""
