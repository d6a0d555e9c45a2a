"""The parameters of a publish request and their aliases, which are ntfy's."""

from pushbell.parameters import Aliases

PUBLISH = Aliases(
    {
        "title": ("x-title", "title", "t"),
        "message": ("x-message", "message", "m"),
        "priority": ("x-priority", "priority", "prio", "p"),
        "tags": ("x-tags", "tags", "tag", "ta"),
        "delay": ("x-delay", "delay", "x-at", "at", "x-in", "in"),
        "actions": ("x-actions", "actions", "action"),
        "click": ("x-click", "click"),
        "attach": ("x-attach", "attach", "a"),
        "filename": ("x-filename", "filename", "file", "f"),
        "icon": ("x-icon", "icon"),
        "markdown": ("x-markdown", "markdown", "md"),
        "content-type": ("content-type", "content_type"),
        "email": ("x-email", "x-e-mail", "email", "e-mail", "mail", "e"),
        "call": ("x-call", "call"),
        "cache": ("x-cache", "cache"),
        "firebase": ("x-firebase", "firebase"),
        "unifiedpush": ("x-unifiedpush", "unifiedpush", "up"),
        "poll-id": ("x-poll-id", "poll-id"),
        "sequence-id": ("x-sequence-id", "sequence-id", "sid"),
        "template": ("x-template", "template", "tpl"),
        "content-encoding": ("content-encoding",),
    }
)
