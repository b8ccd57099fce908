#!/bin/sh
# As uvx does: a process that starts a process that starts the server, and both wait for it.
if [ "$1" = --inner ]; then
    shift
    "$@"
    exit $?
fi
"$0" --inner "$@"
exit $?
