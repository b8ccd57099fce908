"""What Schemathesis can't know: which refusals of data that the document calls valid are right.

They depend on what is stored, or on a rule that JSON Schema can't say. All others are faults of the document or of the
service.
"""

import zlib

import schemathesis
from schemathesis.core.failures import Failure

# Whether a write fits the stored secrets.
OF_STORED_SECRETS = {
    "/problems/unrestorable-mask",
    "/problems/foreign-token",
    "/problems/bound-secret",
}

# Whether a text can be read as servers, and what it asks for.
OF_TEXTS = {"/problems/unreadable-text", "/problems/import-refused"}

# What is wrong with a body in no one member: it would have to be said of each text and number at every depth.
BEYOND_SCHEMAS = {
    # The scope is not part of the body.
    "/problems/invalid-name": ["with the scope before it, it is longer than 128 characters"],
    "/problems/malformed-body": [
        "it holds the character NUL",
        "it is nested too deeply",
        # One of two members: generators make a type without members of `anyOf`.
        "it names no server, and has no configuration",
    ],
}

# Rules for registrations that a pattern can't say: what a host is, and that names of headers have no case. NUL and depth
# are no matter of a member.
OF_REGISTRATIONS = (
    "Value error, URL must have a host",
    "Value error, URL must hold no user and no password",
    "Value error, URL must hold no white space",
    "Value error, URL must hold references in its path",
    "Value error, Duplicate header name (case-insensitive)",
    "JSON decode error",
)

# A PATCH is right or wrong only together with the state that it changes.
OF_MERGES = {
    "/problems/invalid-config": [
        "`command` or `url` is required",
        "a stdio server needs `command`",
        "a remote server needs `url`",
        # On the wire: the wording stays.
        "`auth` can't stand beside a header `Authorization`",
        "contradicts `enabled`: send one of them",
        # A patch can remove what a file has under any name.
        "is the name of another header here, but for its case: headers have none",
        "must be one line: a line break in a header would begin another one",
        "must be printable ASCII: clients send other characters of a header differently, or not at all",
        "is not the name of a header: it must be letters, digits or !#$%&'*+-.^_`|~, without blanks or colons",
        "is not the name of a variable: it must not be empty or hold `=`",
    ],
}

# A condition that holds, in place of one that can't be parsed.
CONDITIONS = {"If-Match": "*", "If-None-Match": '""'}

WRITES = {"PUT", "POST", "PATCH", "DELETE"}

# The service reads the word in any case, and none at all as absent, as OpenHands does. The document lists one spelling.
EXPOSURES = {"", "encrypted", "plaintext", "true"}


class ValidDataRefused(Failure):
    """Data that the document calls valid is refused, and neither a stored secret nor a rule beyond schemas is why."""

    def __init__(self, *, operation, message):
        super().__init__(operation=operation, title="Valid data is refused", message=message)


def is_of_a_strategy(pointer):
    """Which members `auth` takes in a PATCH depends on the strategy that is stored; the document leaves it open."""
    return pointer == "/auth" or pointer.startswith("/auth/")


def is_of_the_agent_server(case, pointer):
    """What kinds of values the settings around the servers take is the agent-server's to say; the document leaves it open."""
    return case.path == "/api/settings" and pointer.startswith(("/agent_settings_diff/", "/conversation_settings_diff/"))


@schemathesis.check
def refusals_of_valid_data_are_beyond_schemas(ctx, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    if case.path.startswith("/v1/"):
        faults = [fault["msg"] for fault in response.json()["detail"] if not fault["msg"].startswith(OF_REGISTRATIONS)]
        if faults:
            raise ValidDataRefused(operation=case.operation.label, message="\n".join(faults))
        return
    problem = response.json()
    if problem["type"] in OF_STORED_SECRETS:
        return
    if case.path == "/api/import":
        # Choices are for what the text has, and name a server only where they rename it.
        of_choices = [error["pointer"].startswith(("/choices/", "/approve/")) for error in problem.get("errors", [])]
        if problem["type"] in OF_TEXTS or (problem["type"] == "/problems/malformed-body" and all(of_choices)):
            return
    # What operations make of a server depends on the server; it can be anything.
    if case.media_type == "application/json-patch+json" and problem["type"] == "/problems/invalid-config":
        return
    # What a configuration in the words of OpenHands may be is OpenHands' to say; the document leaves it open.
    if case.path == "/api/mcp/test" and problem["type"] == "/problems/invalid-config":
        return
    # Which members a policy has after a patch depends on what it had.
    if case.method == "PATCH" and problem["type"] == "/problems/invalid-policy":
        return
    rules = BEYOND_SCHEMAS.get(problem["type"], [])
    if case.method == "PATCH":
        rules = rules + OF_MERGES.get(problem["type"], [])
    errors = problem.get("errors", [])
    faults = [
        f"{error['pointer']}: {error['message']}"
        for error in errors
        if error["message"] not in rules
        and not (case.method == "PATCH" and is_of_a_strategy(error["pointer"]))
        and not is_of_the_agent_server(case, error["pointer"])
    ]
    if faults or not errors:
        reason = "\n".join([problem["type"], problem["detail"], *faults])
        raise ValidDataRefused(operation=case.operation.label, message=reason)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Corrects what Schemathesis treats as valid or invalid, and the service rightly does not."""
    # What was made or deleted to be tried only would be missed later, or found.
    if case.method in {"PUT", "DELETE"} and case.query:
        case.query.pop("dry_run", None)
    is_negative = case.meta is not None and not case.meta.generation.mode.is_positive
    if is_negative and case.path == "/v1/mcp-servers" and isinstance(case.body, dict):
        # A text or a Boolean is a whole number to Python's readers, which the document leaves out.
        if isinstance(case.body.get("timeout"), (str, bool)):
            case.body["timeout"] = []
    headers = case.headers
    if case.meta is None or not headers:
        return
    # A 201 has no body where none was preferred, which OpenAPI can't say of a status that usually has one.
    if case.method == "PUT" or case.path.endswith("/copy"):
        headers.pop("Prefer", None)
    if not case.meta.generation.mode.is_positive:
        if str(headers.get("X-Expose-Secrets", "other")).strip().lower() in EXPOSURES:
            headers["X-Expose-Secrets"] = "other"
        return
    # Few generated conditions hold, and where one does not, nothing else of a write is tried: most are dropped.
    if case.method in WRITES and zlib.crc32(repr(sorted(headers.items())).encode()) % 4:
        for name in CONDITIONS:
            headers.pop(name, None)
    # Trying borders, Schemathesis allows headers only letters and digits, and makes an empty value of a pattern
    # that needs others.
    for name, condition in CONDITIONS.items():
        if headers.get(name) == "":
            headers[name] = condition
