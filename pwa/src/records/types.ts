/** The server's answers about records. */
import type { Definition, Value, Words } from "../engines/forms/types";
import type { Source } from "../forms/filling";

export interface RecordLine {
  record: string; form: string; version: number; sha256: string; subject: string | null; status: "open" | "complete"; title: Words | null;
  opened_by: string; opened_at: string; completed_by: string | null; completed_at: string | null; updated_at: string; open_items: number;
}
export interface ValueLine {
  entry: string; index: number; path: string; value: Value; source: Source; comment: string | null; actor: string; device: string;
  captured_at: string; recorded_at: string; corrects: string | null; reason: string | null; superseded_by: string | null;
}
export interface ItemLine {
  id: string; index: number; type: "exception" | "conflict"; code: string; path: string | null; entries: string[]; details: Record<string, unknown>;
  comment: string | null; state: "open" | "joined" | "settled"; chosen: string | null; decided_by: string | null; decided_at: string | null; reason: string | null;
}
export interface RecordView {
  record: RecordLine; definition: Definition | null; values: ValueLine[]; items: ItemLine[];
  people: Record<string, { id: string; name: string; name_en: string | null }>; devices: Record<string, { id: string; name: string }>;
}
export interface FormLine { form: string; version: number; sha256: string; title: Words }
