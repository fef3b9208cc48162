// The window with a teacher's notes.
import { mount } from "svelte";
import Notes from "./Notes.svelte";

export function showNotes(target: HTMLElement): void {
  mount(Notes, { target });
}
