/**
 * Types without a part of the conversation. kato reports a type that is neither listed nor read as unknown. From logs of
 * Codex CLI 0.60 to 0.171 and the names in its program. Pure.
 */

/** Lines of state, and messages between agents, which are also in `response_item` lines. */
export const STATE_LINES: ReadonlySet<string> = new Set([
  "dynamic_tools_updated",
  "inter_agent_communication",
  "inter_agent_communication_metadata",
  "realtime_item",
  "retained_context",
  "security_risk_score",
  "token_usage_record",
  "world_state",
]);

/** Events that are no part of the conversation, and second copies of other lines. */
export const SILENT_EVENTS: ReadonlySet<string> = new Set([
  "agent_message_content_delta",
  "agent_message_delta",
  "agent_reasoning_delta",
  "agent_reasoning_raw_content",
  "agent_reasoning_raw_content_delta",
  "agent_reasoning_section_break",
  "apply_patch_approval_request",
  "background_event",
  "collab_agent_interaction_begin",
  "collab_agent_interaction_end",
  "collab_agent_spawn_begin",
  "collab_agent_spawn_end",
  "collab_close_begin",
  "collab_close_end",
  "collab_resume_begin",
  "collab_resume_end",
  "collab_waiting_begin",
  "collab_waiting_end",
  "context_compacted",
  "dynamic_tool_call_request",
  "dynamic_tool_call_response",
  "elicitation_request",
  "exec_approval_request",
  "exec_command_begin",
  "exec_command_output_delta",
  "guardian_assessment",
  "hook_completed",
  "hook_started",
  "image_generation_begin",
  "image_generation_end",
  "item_started",
  "mcp_startup_complete",
  "mcp_startup_update",
  "mcp_tool_call_begin",
  "model_verification",
  "patch_apply_begin",
  "patch_apply_updated",
  "plan_delta",
  "plan_update",
  "raw_response_item",
  "realtime_conversation_closed",
  "realtime_conversation_realtime",
  "realtime_conversation_sdp",
  "realtime_conversation_started",
  "reasoning_content_delta",
  "reasoning_raw_content_delta",
  "request_permissions",
  "request_user_input",
  "safety_buffering",
  "session_configured",
  "shutdown_complete",
  "sub_agent_activity",
  "terminal_interaction",
  "thread_settings_applied",
  "token_count",
  "turn_diff",
  "turn_moderation_metadata",
  "undo_completed",
  "undo_started",
  "view_image_tool_call",
  "web_search_begin",
]);

/** Messages of the client to the person, in a field `message`. */
export const TOLD_EVENTS: ReadonlySet<string> = new Set([
  "deprecation_notice",
  "guardian_warning",
  "warning",
]);
export const ERROR_EVENTS: ReadonlySet<string> = new Set(["error", "stream_error"]);

/** Items of a turn without content, or with the content of a `response_item` line. */
export const SILENT_ITEMS: ReadonlySet<string> = new Set([
  "ContextCompaction",
  "Extension",
  "HookPrompt",
  "Sleep",
  "SubAgentActivity",
]);

/** Items of the model's interface for settings and compactions. */
export const SILENT_RESPONSE_ITEMS: ReadonlySet<string> = new Set([
  "additional_tools",
  "compaction",
  "compaction_summary",
  "compaction_trigger",
  "configuration_update",
  "context_compaction",
  "ghost_snapshot",
  "item_reference",
  "other",
]);

/** Parts of a message that its text names, too. */
export const NAMED_PARTS: ReadonlySet<string> = new Set(["mention", "skill"]);

const TIMESTAMP = '\\{"timestamp":"[^"]{1,40}",(?:"ordinal":\\d{1,16},)?';
const ID = '"[^"]{0,64}"';

/** The beginning of lines without content, at a place in a text. The parser may skip them. */
export const IGNORED_LINE = new RegExp(
  `${TIMESTAMP}"type":"(?:` +
    `(?:token_usage_record|world_state|retained_context)"` +
    `|event_msg","payload":\\{"type":"(?:token_count|thread_settings_applied|exec_command_output_delta)"` +
    `|response_item","payload":\\{"type":"(?:additional_tools|configuration_update|ghost_snapshot)"` +
    `)`,
  "y",
);

/** The beginning of the client's item of a command, with the turn and the id of the call. */
export const COMMAND_LINE = new RegExp(
  `^${TIMESTAMP}"type":"event_msg","payload":\\{"type":"item_completed","thread_id":${ID},"turn_id":"([^"\\\\]{0,64})",` +
    `"item":\\{"type":"CommandExecution","id":"([^"\\\\]{1,64})"`,
);

/** The beginning of a compaction. Its summary comes first. */
export const COMPACTION_LINE = new RegExp(`^${TIMESTAMP}"type":"compacted","payload":\\{"message":"`);

/** The part behind the summary repeats the conversation with its pictures. In a string these quotes would be escaped. */
export const REPEATED_HISTORY = ',"replacement_history":[';
