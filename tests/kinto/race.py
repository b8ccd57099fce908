"""Of many writers who name one ETag, how many does Kinto let win? Prints a table of rounds by winners."""

import base64
import collections
import http.client
import json
import sys
import threading

HOST, PORT, ROUNDS, WRITERS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
PATH = "/v1/buckets/default/collections/servers/records/fought-over"
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(b"writer:secret").decode(),
    "Content-Type": "application/json",
}


def put(connection, value, tag=None):
    headers = dict(HEADERS, **({"If-Match": tag} if tag else {}))
    connection.request("PUT", PATH, json.dumps({"data": {"value": value}}), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.getheader("ETag")


def main():
    connections = [http.client.HTTPConnection(HOST, PORT, timeout=30) for _ in range(WRITERS)]
    status, tag = put(connections[0], "start")
    assert status in (200, 201), status
    rounds = collections.Counter()
    for number in range(ROUNDS):
        barrier, answers = threading.Barrier(WRITERS), [None] * WRITERS

        def write(writer):
            barrier.wait()
            answers[writer] = put(connections[writer], f"{number}-{writer}", tag)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = [status for status, _ in answers]
        assert set(statuses) <= {200, 412}, statuses
        rounds[statuses.count(200)] += 1
        connections[0].request("GET", PATH, headers=HEADERS)
        answer = connections[0].getresponse()
        answer.read()
        tag = answer.getheader("ETag")
    several = sum(count for winners, count in rounds.items() if winners > 1)
    for winners, count in sorted(rounds.items()):
        print(f"{count:4} rounds with {winners} winners")
    print(f"{several} of {ROUNDS} rounds had several winners of one ETag, with {WRITERS} writers")


main()
