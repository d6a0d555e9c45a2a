// The shapes that travel through the app, for the type checker and for people: nothing of this is served.

/** A message as the server tells it (docs/api.md, ntfy's form). Instants are Unix seconds. */
export interface Message {
  id: string;
  sequence_id?: string;
  time: number;
  expires?: number;
  event: "message" | "message_delete" | "message_clear";
  topic: string;
  title?: string;
  message?: string;
  priority?: number;
  tags?: string[];
  click?: string;
  icon?: string;
  content_type?: string;
  /** A push had no room for all of it. */
  truncated?: boolean;
}

/**
 * One notification as this device keeps it: the newest version of a sequence, and what came before. The properties
 * that are indexed (`sort`, `inbox`, `unread`) are absent when the row is not to be found by them.
 */
export interface Row {
  /** `<topic>/<sequence>`. */
  key: string;
  topic: string;
  sequence: string;
  /** Of everything that was folded into it, so that nothing counts twice. */
  ids: string[];
  /** The newest version. */
  head: Message;
  /** Earlier ones, newest first. */
  versions: Message[];
  /** Position in the topic. */
  sort?: number;
  /** Position in the inbox; absent when archived. */
  inbox?: number;
  /** The topic, while it is unread. */
  unread?: string;
  /** When it was deleted for everybody. */
  gone?: number;
}

/** A topic that this device follows. */
export interface Topic {
  topic: string;
  min_priority: number;
  /** Unix seconds; 0 for not muted. */
  muted_until: number;
  /** Unix seconds of the last change of these settings: what came before must not ring. */
  rings_since?: number;
  /** Whether the newest page of its history is here. */
  loaded?: boolean;
}

/** What the worker has to tell the server about a message: local clock, milliseconds. */
export interface Receipt {
  id: string;
  received?: number;
  shown?: number;
  clicked?: number;
  closed?: number;
}

/** What the server answers to a heartbeat. */
export interface Heartbeat {
  state: "ok" | "pending" | "unknown" | "dead";
  topics?: Record<string, {min_priority: number, muted_until: number}>;
  /** Since the cursor, oldest first. */
  messages?: Message[];
  more?: boolean;
  cursor?: string;
}
