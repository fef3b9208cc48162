/** All that only pictures with groups need: it comes with the first of them. */
export { groupState } from "./group-state";
export { closedItems, frameItems, openingItem } from "./marks/group";
export { beyond, showingOpened } from "./beyond";
export { between } from "./morph";
