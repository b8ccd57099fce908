#!/bin/sh
# Says its secret, in clear and in base64, and fails.
echo "connecting" >&2
echo "login with $API_KEY failed" >&2
printf 'Authorization: Basic %s\n' "$(printf 'user:%s' "$API_KEY" | base64 -w 0)" >&2
exit 1
