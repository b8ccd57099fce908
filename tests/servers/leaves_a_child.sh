#!/bin/sh
# Leaves a child in its group that ignores SIGTERM and has its stderr, and ends.
(trap '' TERM; sleep 1000 >/dev/null; sleep 1000) >/dev/null &
echo ready
exit 0
