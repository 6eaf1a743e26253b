"""What happened? Raw JSON becomes events, admitted and in the log."""
