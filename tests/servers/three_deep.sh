#!/bin/sh
# As npx does: a process that starts a shell that starts the server.
sh -c "sh -c 'echo ready; exec sleep 1000; :' ; :"
