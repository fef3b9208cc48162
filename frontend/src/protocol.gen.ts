// Generated from the server's schema, do not edit: run `make types`.
/* eslint-disable */
// prettier-ignore

export interface paths {
    "/api/lessons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lessons
         * @description All lessons: slug, title, summary, configuration schema, beats, presets.
         */
        get: operations["lessons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lessons/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lesson
         * @description One lesson as in the list of all of them: configuration schema, beats, presets.
         */
        get: operations["lesson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lessons/{slug}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lesson Notes
         * @description A teacher's notes: for each beat what to say, a question with its answer, where classes stumble, and minutes.
         */
        get: operations["lesson_notes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live
         * @description Whether the service answers at all: where it does not, it is to be started anew.
         */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready
         * @description Whether the service can take sessions: where it cannot, nobody is to be sent to it for now.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description Whether the service can take sessions.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Session
         * @description Start a session: a pure function of lesson, configuration, seed and commands.
         */
        post: operations["create_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session Info
         * @description Lesson, configuration, seed, cursor, phase, parameters, metrics.
         */
        get: operations["session_info"];
        put?: never;
        post?: never;
        /**
         * Delete Session
         * @description End a session; its sockets are closed.
         */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session Graph
         * @description Nodes, edges, scopes, steps and the listing.
         */
        get: operations["session_graph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session State
         * @description Value and gradient of each node; null where the cursor has not been yet; large ones summarised.
         */
        get: operations["session_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/branches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session Branches
         * @description The branches that edits have made.
         */
        get: operations["session_branches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/tensors/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session Tensor
         * @description One tensor in full: JSON, or NumPy's format with Accept: application/x-npy.
         */
        get: operations["session_tensor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session Trace
         * @description The timeline as JSON lines, as `chainrule trace` writes it: welcome, graph, a frame for each step, metrics.
         *
         *     By default as many iterations as fit, up to the cursor's, on its branch.
         */
        get: operations["session_trace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Session Commands
         * @description Give a command: the same union that the socket takes. Long ones are waited for, up to a limit.
         */
        post: operations["session_commands"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session Socket
         * @description Follow and drive a session over a WebSocket.
         *
         *     Text is one `ClientMessage` or `ServerMessage`. A binary message is a frame: 'CRF1', u16 version, u16 flags,
         *     u32 header length, a `Frame` as JSON whose tensors have `offset` instead of `data`, padding to a multiple of 8,
         *     the payload; all little endian. First come welcome, graph, metrics and frame: a client that comes
         *     back (`?since=seq`) gets this snapshot too, and nothing of what it missed in between.
         */
        get: operations["session_socket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/recording": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Session Recording
         * @description The session's lesson from its beginning, as `chainrule record` writes it: a file that opens without a server.
         *
         *     Of a short lesson it has all steps of the first iterations, of a long one the places of its beats alone, and what
         *     explains the numbers at the beats. With `Accept: application/x-ndjson` its lines: the first says what was recorded,
         *     others are messages as a socket gets them, or answers to what may be asked at a place.
         */
        get: operations["session_recording"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Snapshot
         * @description Keep what makes a session under a short address. What no session can be made from is refused as there.
         */
        post: operations["create_snapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/snapshots/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Snapshot
         * @description What was kept. It never changes, so caches may keep it for ever.
         */
        get: operations["snapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Room
         * @description Open a room that shows a session. The presenter's secret is told here alone: keep it, and put it in no address.
         */
        post: operations["create_room"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Room Info
         * @description A room in short. With the secret: the addresses under which others join it, and its session, too.
         */
        get: operations["room_info"];
        put?: never;
        post?: never;
        /**
         * End Room
         * @description End a room, for everyone in it. The presenter's.
         */
        delete: operations["end_room"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{code}/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move Room
         * @description Have the room show another session. The presenter's.
         */
        post: operations["move_room"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{code}/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Copy Room
         * @description Leave the path: a session of one's own, where the room's is now. What is withheld there is withheld here.
         *
         *     Not while a question is open.
         */
        post: operations["copy_room"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{code}/handover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand Over
         * @description A number that makes who says it the presenter, once. The presenter's.
         */
        post: operations["hand_over"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{code}/presenter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Over
         * @description Present from now on. The secret before is void, and who presented with it follows.
         */
        post: operations["take_over"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{code}/answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Room Answers
         * @description All answers of the room: JSON, or a table with Accept: text/csv. The presenter's; nothing of it is kept when the room is over.
         */
        get: operations["room_answers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{code}/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Room Socket
         * @description Follow or present a room over a WebSocket.
         *
         *     The first message is `join` or `present`; nothing is sent before. Then come `joined`, `room`, and, for those who follow, the
         *     session's own messages and frames as its socket sends them: the latest of each at once. A follower that is slow skips
         *     frames; one that does not read is closed (`TOO_SLOW`), and may come back.
         */
        get: operations["room_socket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description Figures of the service, for Prometheus: sessions, rooms, commands, times, memory. Off with CHAINRULE_METRICS=0.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The frame of this sequence number has been painted. */
        AckCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ack";
            seq: number;
        };
        /** @description The gradient of one scene's own loss by all parameters, as it is trained on and as it was before. */
        Against: {
            /** @description Its length. */
            augmented: components["schemas"]["Number"];
            original: components["schemas"]["Number"];
            /** @description 1: the same direction; 0: they have nothing to do with each other. */
            cosine: components["schemas"]["Number"];
            /** @description Of that loss by all the numbers of each cell, row by row: lengths. */
            augmented_cells: components["schemas"]["Number"][];
            original_cells: components["schemas"]["Number"][];
        };
        /**
         * @description Answer the open question; until it is revealed, anew as often as one likes.
         *
         *     A number as people write it (`−24`, `-24,0`, `1/3`); a sign (`positive`, `+`, `negative`, `-`, `zero`, `0`); the
         *     number of a choice, from 0. A follower's.
         */
        AnswerCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "answer";
            question: number;
            value: string;
        };
        /** @description An image that a filter answers to. */
        AnsweredImage: {
            /** @description Which of the held-out ones. */
            image: number;
            label: number;
            /** @description The largest on its map. */
            response: components["schemas"]["Number"];
            /** @description Where on the map: row and column. */
            place: number[];
            /** @description (channels, rows, columns), 0 to 1. */
            pixels: components["schemas"]["Number"][];
        };
        /** @description Each sample's own gradient by two elements of a parameter; by default those with the largest gradient. */
        ArrowsCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "arrows";
            name: string;
            /** @default null */
            first?: number[] | null;
            /** @default null */
            second?: number[] | null;
        };
        /**
         * @description The own gradients of all samples by two elements of a parameter (by one, where there is one).
         *
         *     ``batch`` = ``together`` + ``penalty``, up to rounding.
         */
        ArrowsResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "arrows_result";
            cursor: components["schemas"]["Cursor"];
            name: string;
            first: number[];
            second: number[] | null;
            /** @enum {string} */
            reduction: "mean" | "sum";
            /** @description The own loss term of each sample. */
            losses: components["schemas"]["Number"][];
            /** @description For each sample its gradient by the first and the second. */
            samples: components["schemas"]["Number"][][];
            /** @description The mean of these, or the sum. */
            together: components["schemas"]["Number"][];
            /** @description The gradient of the penalties. */
            penalty: components["schemas"]["Number"][];
            /** @description The gradient of the loss. */
            batch: components["schemas"]["Number"][];
        };
        /**
         * @description Ask the class. Takes the place of the question before.
         *
         *     Of a number or a sign with ``node``, the right answer is the engine's: ``what`` of the node in the cursor's iteration, of
         *     the element ``index``, of a contribution that of ``argument``; a gradient is the whole one, as the iteration ends with it. With
         *     neither ``node`` nor ``correct`` it is the gradient that the session withholds at its step. Of a choice it is
         *     ``correct``, its number from 0, or none.
         */
        AskCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ask";
            /** @enum {string} */
            kind: "number" | "sign" | "choice";
            text: string;
            choices?: string[];
            /** @default null */
            correct?: number | null;
            /** @default null */
            node?: string | null;
            /**
             * @default grad
             * @enum {string}
             */
            what?: "value" | "grad" | "contribution";
            /** @default null */
            argument?: number | null;
            index?: number[];
        };
        /** @description A paragraph of a lesson's narrative. Its text may hold {w.value} and {w.grad}: numbers at the cursor. */
        Beat: {
            id: string;
            title: components["schemas"]["Text"];
            body: components["schemas"]["Text"];
            /** @default null */
            anchor: components["schemas"]["BeatAnchor"] | null;
        };
        /**
         * @description A place on the timeline by meaning: the first step of ``kind`` that touches ``node``.
         *
         *     With ``argument``, the backward step of that edge of ``node``: the one through which it passes its gradient on.
         */
        BeatAnchor: {
            /** @default 0 */
            iteration: number;
            /** @enum {string} */
            kind: "zero_grad" | "load" | "forward" | "seed" | "backward" | "update";
            /** @default null */
            node: string | null;
            /** @default null */
            argument: number | null;
        };
        /** @description What to say at a beat, what to ask there, and where classes stumble. */
        BeatNote: {
            /** @description The beat's. */
            id: string;
            /** @description How long it takes, of about ten in all. */
            minutes: number;
            say: components["schemas"]["Text"];
            /** @default null */
            ask: components["schemas"]["Text"] | null;
            /**
             * @description The right answer to what is asked.
             * @default null
             */
            answer: components["schemas"]["Text"] | null;
            /**
             * @description What is often misunderstood here.
             * @default null
             */
            stumble: components["schemas"]["Text"] | null;
            /** @default null */
            check: components["schemas"]["NoteCheck"] | null;
        };
        /**
         * @description Why one has stopped: a stable ``reason``, and the names and numbers that its sentence speaks of.
         *
         *     Numbers that are not finite are strings, as everywhere. ``iteration`` is among the parameters of each.
         */
        Because: {
            /** @enum {string} */
            reason: "step" | "non_finite" | "grad_below" | "grad_above" | "metric_below" | "metric_above" | "rising" | "stalled" | "dead";
            params: {
                [key: string]: number | string;
            };
        };
        /** @description The presenter's screen is blank, or is not any more. */
        BlankCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "blank";
            on: boolean;
        };
        /** @description A line of history. It shares iterations before ``fork_iteration`` with its parent. */
        Branch: {
            id: number;
            parent: number | null;
            fork_iteration: number;
            /** @description 'start', 'edit w', 'configure lr', 'restart', … */
            cause: string;
            /** @description The last iteration computed on it. */
            tip: number;
        };
        /** @description All branches; the cursor is on ``current``. */
        Branches: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "branches";
            branches: components["schemas"]["Branch"][];
            current: number;
            can_undo: boolean;
            /**
             * @description The branch of the run beside the current one.
             * @default null
             */
            companion: number | null;
        };
        /** @description All branches; the cursor is on ``current``. */
        BranchesInfo: {
            branches: components["schemas"]["Branch"][];
            current: number;
            can_undo: boolean;
            /**
             * @description The branch of the run beside the current one.
             * @default null
             */
            companion: number | null;
        };
        /** @description A condition that stops playing and long steps, while it is ``on``. */
        Breakpoint: {
            id: number;
            condition: components["schemas"]["StepCondition"] | components["schemas"]["NonFiniteCondition"] | components["schemas"]["GradCondition"] | components["schemas"]["MetricCondition"] | components["schemas"]["RisingCondition"] | components["schemas"]["StalledCondition"] | components["schemas"]["DeadCondition"];
            /** @default true */
            on?: boolean;
        };
        /** @description Add a breakpoint, remove one or all, or switch one on or off. */
        BreakpointCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "breakpoint";
            /**
             * @default add
             * @enum {string}
             */
            action?: "add" | "remove" | "clear" | "on" | "off";
            /** @default null */
            condition?: (components["schemas"]["StepCondition"] | components["schemas"]["NonFiniteCondition"] | components["schemas"]["GradCondition"] | components["schemas"]["MetricCondition"] | components["schemas"]["RisingCondition"] | components["schemas"]["StalledCondition"] | components["schemas"]["DeadCondition"]) | null;
            /** @default null */
            breakpoint?: number | null;
        };
        /** @description All breakpoints. */
        Breakpoints: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "breakpoints";
            breakpoints: components["schemas"]["Breakpoint"][];
        };
        /** @description Stop the long command under way, or the one whose id is given. The cursor stays where it got to. */
        CancelCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "cancel";
            /** @default null */
            command?: string | null;
        };
        /** @description What one cell says: a box, whether something is there, and what. */
        CellBox: {
            row: number;
            column: number;
            /** @description x1, y1, x2, y2 in pixels, cut to the image. */
            box: components["schemas"]["Number"][];
            objectness: components["schemas"]["Number"];
            /** @description How probable each kind is, if something is there. */
            kinds: components["schemas"]["Number"][];
            kind: number;
            /** @description Objectness times the probability of the kind. */
            confidence: components["schemas"]["Number"];
            /** @description Whether it is said at all: its confidence is large enough. */
            counted: boolean;
            /** @description Its suppressor, as a place in this list; null: it is kept, or not counted. */
            by: number | null;
            /** @description The kept box of its kind, more confident, that it overlaps most; where it is suppressed, by that one. */
            rival: number | null;
            /** @description IoU with that one; 0: there is none. */
            overlap: components["schemas"]["Number"];
            /** @description The true box that it overlaps most, of those of its kind if there are any; null: there is none. */
            true: number | null;
            /** @description How it overlaps that one. */
            pair: components["schemas"]["Pair"] | null;
            /** @description Whether it claims a true box of its kind at an IoU of 0.5. */
            right: boolean;
        };
        ClientMessage: components["schemas"]["StepCommand"] | components["schemas"]["SeekCommand"] | components["schemas"]["PlayCommand"] | components["schemas"]["PauseCommand"] | components["schemas"]["CancelCommand"] | components["schemas"]["ConfigureCommand"] | components["schemas"]["EditCommand"] | components["schemas"]["CompareCommand"] | components["schemas"]["UndoCommand"] | components["schemas"]["BreakpointCommand"] | components["schemas"]["GradcheckCommand"] | components["schemas"]["SweepCommand"] | components["schemas"]["SampleCommand"] | components["schemas"]["ArrowsCommand"] | components["schemas"]["UnfoldCommand"] | components["schemas"]["MapCommand"] | components["schemas"]["SceneCommand"] | components["schemas"]["DetectCommand"] | components["schemas"]["PrecisionCommand"] | components["schemas"]["FilterCommand"] | components["schemas"]["UsesCommand"] | components["schemas"]["DifferencesCommand"] | components["schemas"]["TokenCommand"] | components["schemas"]["WriteCommand"] | components["schemas"]["NudgeCommand"] | components["schemas"]["ExplainCommand"] | components["schemas"]["PytorchCommand"] | components["schemas"]["FireCommand"] | components["schemas"]["NumbersCommand"] | components["schemas"]["PredictCommand"] | components["schemas"]["GuessCommand"] | components["schemas"]["SubscribeCommand"] | components["schemas"]["AckCommand"] | components["schemas"]["PingCommand"];
        /**
         * @description Why the server closed a socket:
         *     1000 NORMAL: The client closed the connection.
         *     1001 GOING_AWAY: The server is shutting down; connect again later.
         *     1009 TOO_BIG: A message was far over the size limit.
         *     4403 FORBIDDEN_ORIGIN: The page that opened the socket was not served from here.
         *     4404 UNKNOWN_SESSION: There is no such session; create it again from the address.
         *     4405 UNKNOWN_ROOM: There is no room with this code.
         *     4406 NOT_JOINED: The first message, join or present, did not come.
         *     4408 TOO_SLOW: Answers were not read; connect again for the latest state.
         *     4410 SESSION_DELETED: The session was deleted, or expired after a long idle time.
         *     4411 ROOM_OVER: The presenter has ended the room, or nobody was in it for a long time.
         *     4429 TOO_MANY_MESSAGES: Messages kept coming faster than the rate limit.
         *     4430 TOO_MANY_FOLLOWERS: The session or room has as many followers as it may have; try again later.
         *     4503 SESSION_LOST: The session's process ended; connect again, or create the session again.
         * @enum {integer}
         */
        CloseCode: 1000 | 1001 | 1009 | 4403 | 4404 | 4405 | 4406 | 4408 | 4410 | 4411 | 4429 | 4430 | 4503;
        /**
         * @description The run beside the current one, at the same iteration. Sent before each frame, with its ``seq``.
         *
         *     At the same step where both runs have the same steps, else at the last end of a phase that the cursor has reached.
         *     On the socket it travels as a binary frame whose JSON header is this message. Of its tensors, ``index`` is a place in
         *     ``names`` for value and grad.
         */
        Companion: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "companion";
            name: string;
            /** @description What the current run is called. */
            beside: string;
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            config: {
                [key: string]: unknown;
            };
            /** @description The fields in which the configurations of the two runs differ here. */
            differs: string[];
            loss: components["schemas"]["Number"] | null;
            /** @default null */
            evaluation: components["schemas"]["Evaluation"] | null;
            /** @description Where they were subscribed to. */
            runs: components["schemas"]["RunState"][];
            names: string[];
            tensors: components["schemas"]["FrameTensor"][];
        };
        /** @description The run beside the current one, in short. */
        CompanionInfo: {
            name: string;
            /** @description What the current run is called. */
            beside: string;
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            config: {
                [key: string]: unknown;
            };
            metrics: {
                [key: string]: components["schemas"]["Number"] | null;
            };
            /** @description What made its branch, from initial_config on. */
            journal: components["schemas"]["JournalEntry"][];
        };
        /** @description What makes the run beside the current one: its journal starts from the session's configuration. */
        CompanionRecipe: {
            name: string;
            beside: string;
            journal?: components["schemas"]["JournalEntry"][];
        };
        /** @description Value and gradient of every node of the run beside the current one, under their names in it: `adam/w`. */
        CompanionState: {
            name: string;
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            parameters: {
                [key: string]: components["schemas"]["NodeState"];
            };
            nodes: {
                [key: string]: components["schemas"]["NodeState"];
            };
        };
        /**
         * @description Hold a run beside the current one: a companion, which goes with the cursor; its metrics and numbers are sent too.
         *
         *     ``config``: a new run with these fields changed, from the start and with the same seed. ``branch``: that branch.
         *     Neither: no companion any more. To go to the companion's branch (``seek``) swaps the two.
         */
        CompareCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "compare";
            /** @default null */
            config?: {
                [key: string]: unknown;
            } | null;
            /** @default null */
            branch?: number | null;
            /**
             * @description What the companion is called, as in `adam/hidden1.weight`; by default, how it differs.
             * @default null
             */
            name?: string | null;
        };
        /** @description How one field of a lesson's configuration is shown and when a change of it takes effect. */
        ConfigField: {
            name: string;
            title: components["schemas"]["Text"];
            /** @enum {string} */
            applies: "next_iteration" | "rebuild";
            /**
             * @description ``several``: any of the choices, a list; ``layers``: units of each layer, a list that is also read from one line such as 4, 2; ``points``: a list of [x, y, class]; ``text``: one line.
             * @enum {string}
             */
            control: "number" | "choice" | "several" | "switch" | "layers" | "points" | "text" | "code" | "none";
            /**
             * @description The heading that it stands under.
             * @default null
             */
            group: components["schemas"]["Text"] | null;
            /**
             * @description Shown only where its group is opened, or where its value is not the default.
             * @default false
             */
            folded: boolean;
            /**
             * @description Said of it where its value is not the default.
             * @default null
             */
            note: components["schemas"]["Text"] | null;
            choices: string[];
            /** @description Of choices that are data of the plane: x, y and class or number of some points. */
            pictures: {
                [key: string]: components["schemas"]["Number"][][];
            };
            /** @description Choices that are offered only where these other fields have one of these values. */
            only: {
                [key: string]: {
                    [key: string]: string[];
                };
            };
            /** @default null */
            minimum: number | null;
            /** @default null */
            maximum: number | null;
            /**
             * @description The leaf that this field sets, which is edited in place on the graph.
             * @default null
             */
            leaf: string | null;
            /** @description Shown only where these other fields have one of these values. */
            when: {
                [key: string]: string[];
            };
            /** @description What a null of this field stands for, by the value of ``preset``. */
            presets: {
                [key: string]: string;
            };
        };
        /**
         * @description Change some fields of the configuration. At the tip of a branch it appends, behind it forks.
         *
         *     What changes the model's parameters builds it anew, on a branch of its own from iteration 0. With ``restart`` that is
         *     done in any case, edits are left behind, and the cursor goes to the start.
         */
        ConfigureCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "configure";
            config: {
                [key: string]: unknown;
            };
            /** @default false */
            restart?: boolean;
        };
        /** @description The configuration in force at the cursor, and from which iteration a change holds. */
        Configured: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "configured";
            config: {
                [key: string]: unknown;
            };
            from_iteration: number;
            can_undo: boolean;
        };
        /** @description What a room shows: a session whose id one knows. */
        CreateRoom: {
            session: string;
            /** @default  */
            view?: string;
        };
        /** @description What makes a session. The same things always make the same session. */
        CreateSession: {
            lesson: string;
            /** @description Fields that differ from the lesson's defaults. */
            config?: {
                [key: string]: unknown;
            };
            /** @default 7 */
            seed?: number;
            /** @description Edits and configurations to replay, in order. */
            journal?: components["schemas"]["JournalEntry"][];
            /**
             * @description A run to be held beside it.
             * @default null
             */
            companion?: components["schemas"]["CompanionRecipe"] | null;
            /**
             * @description Where to stand at first; (0, 0) if not given.
             * @default null
             */
            cursor?: components["schemas"]["Cursor"] | null;
            breakpoints?: components["schemas"]["Breakpoint"][];
            /**
             * @description Begin with *predict, then reveal* switched on.
             * @default false
             */
            predict?: boolean;
            /**
             * @description With ``predict``: all up to here is revealed. If not given, all before the cursor.
             * @default null
             */
            revealed?: components["schemas"]["Cursor"] | null;
            /** @description Commands that are part of this already, as the service notes them: repeated, they do nothing. */
            answered?: string[];
            /**
             * @description Begin playing.
             * @default null
             */
            playing?: components["schemas"]["PlayRecipe"] | null;
        };
        /** @description A place on the timeline: the state *after* step ``step`` of iteration ``iteration``. */
        Cursor: {
            branch: number;
            iteration: number;
            step: number;
        };
        /** @description A number, or nested lists of numbers in row-major order. */
        Data: number | ("NaN" | "Infinity" | "-Infinity") | DataList;
        /** @description The points that the cursor's iteration is from. Sent again when they change. */
        Dataset: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "dataset";
            /** @description (n, 2): x and y; those held out come first. */
            inputs: components["schemas"]["Number"][][];
            /** @description The class of each, from 0; or its number. */
            targets: components["schemas"]["Number"][];
            /** @description How many classes there are; 0 where targets are numbers. */
            classes: number;
            /** @description How many are not trained on, but tested with. */
            held_out: number;
            /** @description The least x and y of a picture. */
            low: number;
            high: number;
            /**
             * @description What the surface holds: the probability of class 1, a number, or each class's probability.
             * @enum {string}
             */
            says: "probability" | "number" | "probabilities";
        };
        /**
         * @description Stop when a unit dies: from then on no point of the whole training set gets a gradient through it.
         *
         *     A unit is dead where the slope of its activation is exactly zero for every point that is trained on, in evaluation
         *     mode. It is looked for with the parameters that an iteration ends with.
         */
        DeadCondition: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "dead";
        };
        /**
         * @description What each cell of a detector says of one scene, and what it costs.
         *
         *     Of the batch, and of an original of it, as far as the cursor has come; of a picture held out, all of it with the
         *     parameters that the iteration began with. ``moved`` holds one box elsewhere, ``target`` one of the true boxes: then cells own what they own there, and
         *     cost what they cost there. ``maps`` adds what the layers say, place by place; from the loss on, ``compare`` the scene's own gradient beside that
         *     of its original, and ``pulls`` how much each term of the loss pulls on each parameter.
         */
        DetectCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "detect";
            /**
             * @default batch
             * @enum {string}
             */
            picture?: "batch" | "original" | "held_out";
            /** @default 0 */
            row?: number;
            /**
             * @description Suppress above this IoU; null: as the configuration has it.
             * @default null
             */
            threshold?: number | null;
            /** @default null */
            moved?: components["schemas"]["MovedBox"] | null;
            /** @default null */
            target?: components["schemas"]["MovedTrue"] | null;
            /** @default false */
            maps?: boolean;
            /** @default false */
            compare?: boolean;
            /** @default false */
            pulls?: boolean;
            /**
             * @description With ``pulls``: the weights of a layer, one by one.
             * @default null
             */
            layer?: string | null;
        };
        /** @description What the cells say of a scene: all of them, from the most confident down; empty where nothing is said yet. */
        DetectResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "detect_result";
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            picture: "batch" | "original" | "held_out";
            row: number;
            count: number;
            threshold: components["schemas"]["Number"];
            true: components["schemas"]["TrueBox"][];
            found: components["schemas"]["CellBox"][];
            terms: components["schemas"]["DetectionTerm"][];
            /** @description mAP at an IoU of 0.5 of this scene alone. */
            map50: components["schemas"]["Number"] | null;
            /** @description Where ``maps`` were asked for. */
            layers: components["schemas"]["LayerMap"][];
            /** @default null */
            dragged: components["schemas"]["Dragged"] | null;
            /** @default null */
            against: components["schemas"]["Against"] | null;
            pulls: components["schemas"]["Pull"][];
            /**
             * @description Of the layer that was asked for.
             * @default null
             */
            traced: components["schemas"]["Traced"] | null;
        };
        /** @description A term of the loss, cell by cell, row by row. */
        DetectionTerm: {
            /** @enum {string} */
            name: "box" | "objectness" | "class";
            /** @description The node that holds a number for each cell. */
            node: string;
            /** @description What the term is multiplied by in the loss. */
            weight: components["schemas"]["Number"];
            /** @description The sum of the cells, times the weight; null: not reached yet. */
            total: components["schemas"]["Number"] | null;
            /** @description What each cell costs, times the weight; empty: not reached yet. */
            cells: components["schemas"]["Number"][];
            /** @description The length of the loss's gradient by the numbers of each cell that the term reads; empty: not reached yet. Of a batch the loss is the mean over its scenes, and an original counts as one of them. */
            slopes: components["schemas"]["Number"][];
        };
        /** @description The grid of a detector. Nodes are given by their index in the graph. */
        DetectorGrid: {
            /** @description Pixels of an image along each axis. */
            side: number;
            /** @description Cells of an image along each axis. */
            cells: number;
            /** @description What is looked for. */
            kinds: components["schemas"]["Text"][];
            /** @description What all cells say: (batch, numbers, cells, cells). */
            output: number;
        };
        /**
         * @description The gradient by all parameters, by finite differences and by backpropagation, each of them counted.
         *
         *     In float64, with the same batch, draws and edits: N + 1 forward passes for N numbers, and one backward pass. Of
         *     several runs, each by itself.
         */
        DifferencesCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "differences";
        };
        /** @description Gradients by finite differences: slope = (nudged − loss) / step. Parameters' elements in order. */
        DifferencesResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "differences_result";
            cursor: components["schemas"]["Cursor"];
            runs: components["schemas"]["RunDifferences"][];
            /** @description Backward passes that all ``gradients`` took together. */
            backward_passes: number;
            /** @description The largest difference between a slope and its gradient. */
            largest: components["schemas"]["Number"];
        };
        /** @description Take the question away. */
        DismissCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "dismiss";
        };
        /** @description The answer to a command that only needs a yes. */
        Done: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "done";
        };
        /** @description A box in another place, and on its way there: columns of one length, from where it is to where it is held. */
        Dragged: {
            /**
             * @description A cell's own box, or a true one, which the loss is measured by.
             * @default said
             * @enum {string}
             */
            of: "said" | "true";
            box: components["schemas"]["Number"][];
            /** @description The true box that it is measured against, or that it is. */
            true: number | null;
            /** @description How it overlaps that one; of a true box, how the box of the cell that owns it does. */
            pair: components["schemas"]["Pair"] | null;
            /** @description The box loss against that one, without weight; of a true box, the whole loss of its scene. */
            loss: components["schemas"]["Number"] | null;
            /** @description Of that loss by the box's edges x1, y1, x2, y2, per pixel; empty where answers are withheld, and of a true box. */
            slopes: components["schemas"]["Number"][];
            losses: components["schemas"]["Number"][];
            /** @description NaN where no cell owns a true box: a smaller one has its cell. */
            ious: components["schemas"]["Number"][];
            /** @description mAP at an IoU of 0.5 of this scene. */
            scene: components["schemas"]["Number"][];
            /** @description And of all scenes beside it: the batch, or those held out. */
            batch: components["schemas"]["Number"][];
        };
        /**
         * @description Set a leaf or an activation. Forks; the cursor keeps its step.
         *
         *     ``index`` picks one element; without it ``value`` has the node's shape, or is one number for a node
         *     with one element. With ``coalesce`` it replaces the edit of the same node just made (a slider being dragged).
         */
        EditCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "edit";
            name: string;
            value: components["schemas"]["Data"];
            /** @default null */
            index?: number[] | null;
            /** @default false */
            coalesce?: boolean;
        };
        /** @description A refused command. Nothing changed. ``code`` is stable; ``hint`` says what to do. */
        ErrorMessage: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "error";
            code: string;
            status: number;
            title: string;
            detail: string;
            hint: string;
            /** @default null */
            place: components["schemas"]["Place"] | null;
            /**
             * @description Which of the ways in which this code comes about: stable, as the code is.
             * @default null
             */
            reason: string | null;
            /** @description What the reason speaks of, by name; iterations and steps from 0. */
            params: {
                [key: string]: number | string | string[];
            };
        };
        /** @description How the network does with the parameters at the cursor, in evaluation mode. */
        Evaluation: {
            train: components["schemas"]["Scores"];
            test: components["schemas"]["Scores"] | null;
            /** @description Of each layer of the graph, the input first. */
            health: components["schemas"]["LayerHealth"][];
        };
        /** @description An image on the way to one that excites a filter. */
        ExcitedImage: {
            step: number;
            /** @description At the place that answers most. */
            response: components["schemas"]["Number"];
            /** @description (channels, rows, columns), 0 to 1. */
            pixels: components["schemas"]["Number"][];
        };
        /**
         * @description Ask for the numbers that made a number.
         *
         *     ``argument`` picks an edge of an op node: its contribution. ``symbol`` picks an intermediate of a parameter's
         *     update, such as m of Adam (``what`` is then 'detail'). With ``place`` the number as it was there, at or before
         *     the cursor: so a value is followed back through the iterations. With ``own`` a gradient or a contribution is that
         *     of the own loss term of one sample, or of one place of it, as ``sample`` and ``token`` tell it: not divided by how
         *     many there are. It is asked where the forward pass has come to the loss, and told as far as the backward pass of
         *     the batch has come. A value is the same.
         */
        ExplainCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "explain";
            name: string;
            /**
             * @default grad
             * @enum {string}
             */
            what?: "value" | "grad" | "contribution" | "detail";
            index?: number[];
            /** @default null */
            argument?: number | null;
            /** @default null */
            symbol?: string | null;
            /** @default null */
            place?: components["schemas"]["Cursor"] | null;
            /** @default null */
            own?: components["schemas"]["Own"] | null;
        };
        /** @description The numbers that made a number: ``value`` = the sum of the terms (or ``rule`` where it is not a sum). */
        Explanation: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "explanation";
            /** @description The place that is explained. */
            cursor: components["schemas"]["Cursor"];
            name: string;
            /** @enum {string} */
            what: "value" | "grad" | "contribution" | "detail";
            index: number[];
            /** @default null */
            argument: number | null;
            /** @default null */
            symbol: string | null;
            /**
             * @description Whose own loss it is the gradient of; null: that of the batch.
             * @default null
             */
            own: components["schemas"]["Own"] | null;
            shape: number[];
            /** @description Null: not reached yet. */
            value: components["schemas"]["Number"] | null;
            /** @description LaTeX with symbols. */
            formula: string;
            /** @description LaTeX of the rule with the numbers in it. */
            rule: string;
            terms: components["schemas"]["Term"][];
            /**
             * @description Code of the convention that chose a value at a kink or a tie.
             * @default null
             */
            convention: string | null;
            /** @description The PyTorch line that holds the same number. */
            python: string;
            /** @description The REST path under /api/sessions/{id} that returns it. */
            path: string;
            /**
             * @description Where the NaN or infinity in this number began: the number that is not finite though all that it was made of is, or that was given so. Null for a finite number.
             * @default null
             */
            began: components["schemas"]["Source"] | null;
        };
        /** @description One number of a product, with where it came from (null for a constant of the formula). */
        Factor: {
            /** @description LaTeX. */
            label: string;
            value: components["schemas"]["Number"];
            /** @default null */
            source: components["schemas"]["Source"] | null;
        };
        /**
         * @description What one channel of a feature map answers to, with the parameters at the cursor.
         *
         *     The held-out images with the strongest response, and an image made by gradient ascent on its pixels: its response
         *     at one place of the map grows, and the weights stay as they are. The ascent begins with noise for every place, and
         *     with the best of the images; the way to the strongest response is told.
         */
        FilterCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "filter";
            /** @description A node of shape (images, channels, rows, columns). */
            name: string;
            /** @default 0 */
            channel?: number;
            /**
             * @description Images that are told.
             * @default 8
             */
            most?: number;
            /**
             * @description Steps of the ascent.
             * @default 60
             */
            steps?: number;
        };
        /** @description What a filter answers to: the strongest responses first, and the way to an image that excites it. */
        FilterResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "filter_result";
            cursor: components["schemas"]["Cursor"];
            name: string;
            channel: number;
            channels: number;
            /** @description Of how many images the best are told. */
            count: number;
            rows: number;
            columns: number;
            best: components["schemas"]["AnsweredImage"][];
            /** @description Row and column of the map whose response it is. */
            excited_place: number[];
            /** @description The way to the image that excites it most: from noise, or from one of the best. It ends early where the filter no longer answers to the image. */
            excited: components["schemas"]["ExcitedImage"][];
        };
        /** @description Try to send a node's gradient on now. Refused while contributions of its consumers are missing. */
        FireCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "fire";
            name: string;
        };
        /** @description Whether a node may send its gradient on, and which contributions are still missing. */
        Fired: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "fired";
            name: string;
            fired: boolean;
            arrived: number;
            expected: number;
            /** @description Names of the consumers that have not contributed yet. */
            missing: string[];
        };
        /**
         * @description The whole state at the cursor: never half a step, never a difference.
         *
         *     On the socket it travels as a binary frame whose JSON header is this message.
         */
        Frame: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "frame";
            topology: number;
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            step: components["schemas"]["Step"];
            /** @description Contributions that have arrived, per node. */
            arrived: number[];
            /** @description This step's gradient waits for a guess; none of its numbers are here. */
            withheld: boolean;
            tensors: components["schemas"]["FrameTensor"][];
            /** @description The arithmetic of an update step, in order. */
            update: components["schemas"]["UpdateDetail"][];
            /** @description Nodes whose value or gradient has NaN or infinity, first cause first. */
            non_finite: number[];
            /** @default null */
            loss: components["schemas"]["Number"] | null;
            /** @description Which points of the dataset this iteration is about, in the order of its rows; empty until they are loaded. */
            batch: number[];
            /**
             * @description Where it was subscribed to.
             * @default null
             */
            evaluation: components["schemas"]["Evaluation"] | null;
            /** @description Where they were subscribed to. */
            runs: components["schemas"]["RunState"][];
            /** @description Tensors that there are, and that would have made the frame larger than was subscribed to: ask for their numbers. */
            left: components["schemas"]["Places"][];
        };
        /**
         * @description A tensor of a frame.
         *
         *     ``index`` is a node for value and grad, an edge for contribution and local. ``upstream``, ``before`` and
         *     ``after`` belong to the step itself (its node), ``detail`` is the k-th intermediate of an update.
         *     ``change`` is by how much updates have changed a parameter in this iteration.
         *     ``map`` is what the units of the layer ``index`` say over the plane, (units, n, n) in 8 bits: element · scale / 127,
         *     for thumbnails; only those of ``units`` that have changed are sent, and with them the scale of each. ``surface`` is what the network says, (outputs, n, n). Row 0 has the least
         *     y, column 0 the least x; both ends of the dataset's range are among the places.
         *     ``own_value`` and ``own_grad`` are one sample's part of a node, without the axis of samples.
         *     In a binary frame ``offset`` (bytes into the payload) takes the place of ``data``.
         */
        FrameTensor: {
            /** @enum {string} */
            what: "value" | "grad" | "contribution" | "local" | "upstream" | "before" | "after" | "detail" | "change" | "map" | "surface" | "own_value" | "own_grad";
            index: number;
            /** @enum {string} */
            dtype: "float32" | "float64" | "int8";
            shape: number[];
            /**
             * @description Of a map: per unit of the layer, what 127 stands for.
             * @default null
             */
            scale: components["schemas"]["Number"][] | null;
            /**
             * @description Of a map: whose thumbnails these are; null: those of all. The others are as they were.
             * @default null
             */
            units: number[] | null;
            /** @default null */
            offset: number | null;
            /** @default null */
            data: components["schemas"]["Data"] | null;
            /** @default null */
            summary: components["schemas"]["Summary"] | null;
        };
        /**
         * @description Stop when a gradient is complete and its norm (the root of the sum of squares) is beyond a threshold.
         *
         *     Without ``name`` it is the gradient of any parameter.
         */
        GradCondition: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "grad";
            /** @default null */
            name?: string | null;
            /** @enum {string} */
            relation: "<" | ">";
            threshold: number;
        };
        /** @description Compare a gradient with central differences, in float64, with the same draws. */
        GradcheckCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "gradcheck";
            name: string;
        };
        /** @description A gradient beside central differences, both in float64. */
        GradcheckResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "gradcheck_result";
            name: string;
            epsilon: number;
            analytic: components["schemas"]["Data"];
            numeric: components["schemas"]["Data"];
            max_relative_error: components["schemas"]["Number"];
            passed: boolean;
            /** @description A kink lies within epsilon: the two may differ rightly. */
            kink: boolean;
        };
        /** @description Everything that stays the same while values change. Sent once per ``topology``. */
        Graph: {
            topology: number;
            nodes: components["schemas"]["GraphNode"][];
            edges: components["schemas"]["GraphEdge"][];
            scopes: string[];
            /** @description The network as layers, input first; empty where it is none. */
            layers: components["schemas"]["Layer"][];
            /** @description Networks that are trained side by side; empty: there is only one. */
            runs: components["schemas"]["Run"][];
            /**
             * @description Where its runs walk on one surface.
             * @default null
             */
            area: components["schemas"]["MapArea"] | null;
            /**
             * @description Of a detector.
             * @default null
             */
            grid: components["schemas"]["DetectorGrid"] | null;
            /**
             * @description Of a network that reads text.
             * @default null
             */
            text: components["schemas"]["GraphText"] | null;
            steps: components["schemas"]["Step"][];
            listing: components["schemas"]["ListingLine"][];
        };
        /** @description One (node, argument) pair. Data flows ``source`` → ``target``, gradients flow back. */
        GraphEdge: {
            index: number;
            /** @description Node that is the argument. */
            source: number;
            /** @description Node that consumes it. */
            target: number;
            argument: number;
            carries_grad: boolean;
            /** @default null */
            form: ("elementwise" | "contraction" | "routing" | "spread" | "dense") | null;
            /**
             * @description The local derivative, LaTeX.
             * @default
             */
            formula: string;
            /** @description Nodes whose pinned values this edge's VJP reads. */
            reads: number[];
        };
        /** @description The topology at the cursor, sent when it is not the one sent last. */
        GraphMessage: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "graph";
            graph: components["schemas"]["Graph"];
        };
        /** @description One application on the tape, or a leaf. */
        GraphNode: {
            index: number;
            /** @description Unique: a parameter's path, a variable, or 'scope.op#k'. */
            name: string;
            /** @description What the picture prints: a variable, a constant's number, or the op's name. */
            label: string;
            /** @enum {string} */
            kind: "parameter" | "buffer" | "input" | "target" | "constant" | "op";
            /**
             * @description Name of the op, None for a leaf.
             * @default null
             */
            op: string | null;
            /** @description The op's sign in the picture: ×, +, exp, …; empty for a leaf. */
            glyph: string;
            /** @default  */
            scope: string;
            shape: number[];
            /** @enum {string} */
            dtype: "float32" | "float64";
            requires_grad: boolean;
            /** @description Contributions it receives before it may fire: its consuming edges that carry one. */
            expected: number;
            /** @description Nodes whose pinned values its VJPs read. */
            reads: number[];
            /**
             * @description The forward formula, LaTeX.
             * @default
             */
            formula: string;
            /** @default false */
            loss: boolean;
            /** @default false */
            editable: boolean;
        };
        /** @description What a network reads and writes. Nodes are given by their index in the graph. */
        GraphText: {
            /** @description What each token stands for, from 0. */
            characters: string[];
            /** @description Tokens in a window. */
            context: number;
            /** @description What is known at each place: the embeddings, then what each block passes on. (windows, places, width) */
            stages: number[];
            /** @description Of each block, how much each place takes from each: (windows, heads, places, places). */
            attention: number[];
            /** @description (windows, places, characters): the scores of what follows. */
            logits: number;
        };
        /** @description A guess at the withheld gradient, read kindly: '−24', '-24,0', '1/3'. */
        GuessCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "guess";
            value: string;
        };
        /** @description A number that makes who says it the presenter, once. Five wrong ones void it. */
        HandOver: {
            pin: string;
            /** @description Seconds. */
            expires_in: number;
        };
        /** @description Whether the service can take sessions. */
        Health: {
            /** @constant */
            status: "ok";
            version: string;
            protocol: number;
            /** @description The array library that sessions compute with: numpy, torch or cupy. */
            backend: string;
            /** @description The device that it computes on: cpu, cuda:0, mps. */
            device: string;
            workers: number;
            /** @description Whether sessions and rooms outlive the service; if not, its log says why, and they end with it. */
            lasting: boolean;
        };
        /**
         * @description Follow the room: the first message of a follower. Answered by ``joined`` and ``room``, then the lesson as it is now.
         *
         *     Sent again, it changes the name, and nothing else. ``member`` is made by the client, at random, and kept while its tab is open: who comes back with it has its answers.
         */
        JoinCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "join";
            /**
             * @description Told to nobody but in the presenter's export.
             * @default
             */
            name?: string;
            /** @default null */
            member?: string | null;
            /**
             * @description Whether the session's messages are wanted too.
             * @default true
             */
            follow?: boolean;
            /**
             * @description Whether this is one of the class: a screen is not.
             * @default true
             */
            count?: boolean;
        };
        /** @description A command that shaped the current branch, with the cursor it was given at. Replayed in order, it gives the same session. */
        JournalEntry: {
            cursor: components["schemas"]["Cursor"];
            command: {
                [key: string]: unknown;
            };
        };
        /** @description Units side by side: a column of the layers' view. Nodes are given by their index in the graph. */
        Layer: {
            /** @description The scope of its nodes: 'hidden1'; the name of the input for the first layer. */
            name: string;
            /** @enum {string} */
            kind: "input" | "hidden" | "output";
            units: number;
            /** @description What each unit is called, where it has a name: x, x², sin y. */
            labels: string[];
            /**
             * @description The op that bends what was summed; empty: none.
             * @default
             */
            activation: string;
            /**
             * @description Parameter of shape (units, units of the layer before).
             * @default null
             */
            weight: number | null;
            /**
             * @description Parameter of shape (units,).
             * @default null
             */
            bias: number | null;
            /**
             * @description Weighs, sums and adds the bias: (batch, units).
             * @default null
             */
            summed: number | null;
            /** @description What the next layer reads: (batch, units). */
            output: number;
        };
        /** @description What :class:`LayerSizes` says of each layer, by kind and to nine digits: as it is told where a frame has to be small. */
        LayerColumns: {
            activation: (components["schemas"]["Number"] | null)[];
            grad: (components["schemas"]["Number"] | null)[];
            complete: boolean[];
            weight_grad: (components["schemas"]["Number"] | null)[];
            gain: (components["schemas"]["Number"] | null)[];
        };
        /** @description Units of a layer that no longer learn, or hardly; both lists are places among its units. */
        LayerHealth: {
            /** @description How many have an activation that may flatten. */
            units: number;
            /** @description Units whose activation has a slope of exactly 0 at every point that is trained on. */
            dead: number[];
            /** @description Others whose slope is below 0.001 in size at 95 % or more of the points that are trained on. */
            saturated: number[];
        };
        /**
         * @description How large what a layer says of a scene is, place by place, row by row: root mean squares over its channels.
         *
         *     Of at most 16 × 16 places: where there are more, over those that share one. Six digits each.
         */
        LayerMap: {
            scope: string;
            node: string;
            /** @description Places along each axis. */
            side: number;
            /** @description Empty: not reached yet. */
            value: components["schemas"]["Number"][];
            /** @description The same of the loss's gradient by it; empty: not reached yet, or withheld. */
            grad: components["schemas"]["Number"][];
            /**
             * @description Some of its weights, as the thumbnail of a summary has them, as the iteration began; empty for a batch: its frame has them.
             * @default []
             */
            weight: components["schemas"]["Number"][][];
            /**
             * @description The same of its biases.
             * @default []
             */
            bias: components["schemas"]["Number"][][];
        };
        /** @description How large the numbers of a layer are at the cursor: the root of the mean of their squares. Null: not reached yet. */
        LayerSizes: {
            /** @description Of what it passes on. */
            activation: components["schemas"]["Number"] | null;
            /** @description Of the gradient of that, as far as contributions have arrived. */
            grad: components["schemas"]["Number"] | null;
            /** @description Whether all contributions to that gradient have arrived. */
            complete: boolean;
            /** @description Of the gradient of its weight. */
            weight_grad: components["schemas"]["Number"] | null;
            /** @description By how much it enlarges the gradient on the way back: that of what the layer before passes on, over that of its own; null for the first layer, and where both are 0. */
            gain: components["schemas"]["Number"] | null;
        };
        /** @description What a list of lessons shows of one. */
        LessonBrief: {
            slug: string;
            order: number;
            title: components["schemas"]["Text"];
            summary: components["schemas"]["Text"];
            /** @description What one can say afterwards, as one would say it. */
            outcome: components["schemas"]["Text"];
        };
        /** @description A lesson: texts, configuration schema, beats, presets. */
        LessonInfo: {
            slug: string;
            order: number;
            title: components["schemas"]["Text"];
            summary: components["schemas"]["Text"];
            /** @description What one can say afterwards, as one would say it. */
            outcome: components["schemas"]["Text"];
            /** @description JSON Schema of the configuration. */
            config_schema: {
                [key: string]: unknown;
            };
            fields: components["schemas"]["ConfigField"][];
            defaults: {
                [key: string]: unknown;
            };
            beats: components["schemas"]["Beat"][];
            presets: components["schemas"]["Preset"][];
            /**
             * @description The parameter over which the loss is drawn as a curve.
             * @default null
             */
            plot: string | null;
            /**
             * @description Units a second at which it is played at first; null: trained as fast as possible.
             * @default 1
             */
            pace: number | null;
            /**
             * @description By which it is played at first.
             * @default step
             * @enum {string}
             */
            unit: "step" | "phase" | "iteration" | "epoch";
        };
        /** @description A teacher's notes for a lesson, as a plan of about ten minutes. */
        LessonNotes: {
            /** @description The ten minutes in short. */
            plan: components["schemas"]["Text"];
            beats: components["schemas"]["BeatNote"][];
        };
        /** @description A line of the PyTorch program that does the same. */
        ListingLine: {
            number: number;
            code: string;
        };
        /** @description That the service answers. */
        Live: {
            /** @constant */
            status: "ok";
        };
        /** @description What the presenter looks at, as the address holds it. Followers look at the same. */
        LookCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "look";
            view: string;
        };
        /** @description The part of a map that is shown at first: x and y of its lowest corner and of its highest. */
        MapArea: {
            low: number[];
            high: number[];
        };
        /**
         * @description The surface that runs walk on, over a part of the plane: heights, and the gradients that are its slopes.
         *
         *     Without ``low`` and ``high`` the part that the graph names.
         */
        MapCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "map";
            /** @default null */
            low?: number[] | null;
            /** @default null */
            high?: number[] | null;
            /**
             * @description Places along each axis, both ends included.
             * @default 65
             */
            count?: number;
            /**
             * @description Gradients along each axis, each in the middle of its cell.
             * @default 15
             */
            arrows?: number;
        };
        /** @description The surface over a part of the plane. Row 0 has the least y, and comes first; in a row the least x. */
        MapResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "map_result";
            low: number[];
            high: number[];
            count: number;
            /** @description (count²,); empty where they would tell what is to be guessed: contours stand across a gradient. */
            heights: components["schemas"]["Number"][];
            /** @description Gradients along each axis; 0 where they would tell what is to be guessed. */
            arrows: number;
            /** @description (arrows², 2): the gradient in the middle of each cell. */
            field: components["schemas"]["Number"][][];
        };
        /**
         * @description Stop where a metric begins to be beyond a threshold: it is in this iteration, and was not in the one before.
         *
         *     Any column of the metrics: ``loss``, a watched leaf, ``test_loss``, ``accuracy``, ``test_accuracy``. What is
         *     otherwise measured every k iterations is measured in each while such a breakpoint is on.
         */
        MetricCondition: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "metric";
            metric: string;
            /** @enum {string} */
            relation: "<" | ">";
            threshold: number;
        };
        /**
         * @description Columns of a branch's own iterations, from ``start`` on. Replaces what was known of it from there on.
         *
         *     A branch owns the iterations from its fork on; those before are its parent's, and come as the parent's. Told are
         *     the current branch, all that its history needs, and a few others that may be drawn beside it.
         */
        Metrics: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "metrics";
            branch: number;
            start: number;
            columns: {
                [key: string]: (components["schemas"]["Number"] | null)[];
            };
        };
        /** @description The session that the room shows from now on. */
        MoveRoom: {
            session: string;
            /** @default null */
            view?: string | null;
        };
        /**
         * @description The answer to a command that moves the cursor. ``reached`` says why it went less far than asked.
         *
         *     Where a ``breakpoint`` was hit, or NaN or infinity began, ``because`` has the numbers.
         */
        Moved: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "moved";
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            /** @default null */
            reached: ("start" | "end" | "withheld" | "breakpoint" | "cancelled" | "non_finite") | null;
            /** @default null */
            breakpoint: components["schemas"]["Breakpoint"] | null;
            /** @default null */
            because: components["schemas"]["Because"] | null;
        };
        /** @description The box of a cell, held in another place: x1, y1, x2, y2 in pixels. */
        MovedBox: {
            row: number;
            column: number;
            box: number[];
        };
        /** @description A true box, held in another place: which of the scene's, and x1, y1, x2, y2 in pixels. Of one that is not there, none is. */
        MovedTrue: {
            index: number;
            box: number[];
        };
        /** @description A node at the cursor. Null: not reached yet. ``withheld``: known to the server, held back until guessed. */
        NodeState: {
            shape: number[];
            /** @enum {string} */
            dtype: "float32" | "float64";
            /** @default null */
            value: components["schemas"]["Data"] | null;
            /** @default null */
            grad: components["schemas"]["Data"] | null;
            /** @default null */
            value_summary: components["schemas"]["Summary"] | null;
            /** @default null */
            grad_summary: components["schemas"]["Summary"] | null;
            /** @default 0 */
            arrived: number;
            /** @default 0 */
            expected: number;
            /** @default false */
            withheld: boolean;
        };
        /** @description Stop when a value or gradient becomes NaN or infinite. */
        NonFiniteCondition: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "non_finite";
        };
        /** @description A number that a note names: the engine's, at the end of the phase of the beat's iteration that makes it. */
        NoteCheck: {
            node: string;
            /** @enum {string} */
            what: "value" | "grad";
            value: number;
        };
        /**
         * @description The loss of the cursor's iteration, and what it would be were one number larger by ``h``.
         *
         *     In float64, with the same batch, draws and edits. ``index`` picks the element.
         */
        NudgeCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "nudge";
            name: string;
            index?: number[];
            h: number;
        };
        /** @description What one number does to the loss: (``nudged`` − ``loss``) / ``h`` = ``slope``, beside the ``gradient``. */
        NudgeResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "nudge_result";
            cursor: components["schemas"]["Cursor"];
            name: string;
            index: number[];
            /** @description By how much it is larger: what the sum could hold of what was asked for. */
            h: components["schemas"]["Number"];
            value: components["schemas"]["Number"];
            loss: components["schemas"]["Number"];
            nudged: components["schemas"]["Number"];
            slope: components["schemas"]["Number"];
            gradient: components["schemas"]["Number"];
        };
        /** @description A number; NaN and the infinities as strings. */
        Number: number | ("NaN" | "Infinity" | "-Infinity");
        /** @description Tensors that a frame has left out. What the cursor has not reached, or is withheld, is not in the answer. */
        NumbersCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "numbers";
            of: components["schemas"]["Places"][];
            /**
             * @description Of one sample's own numbers: which row of the batch.
             * @default 0
             */
            row?: number;
        };
        /** @description Tensors of the frame that has the same ``seq``, as it would have held them. */
        NumbersResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "numbers_result";
            cursor: components["schemas"]["Cursor"];
            tensors: components["schemas"]["FrameTensor"][];
        };
        /** @description One sample of a batch, or one place of it: its own loss term in place of the loss of the batch. */
        Own: {
            /** @description The sample: a row of the batch. */
            row: number;
            /**
             * @description One place of it, such as a token of a window.
             * @default null
             */
            position?: number | null;
        };
        /** @description How two boxes overlap. */
        Pair: {
            /** @description Square pixels. */
            intersection: components["schemas"]["Number"];
            union: components["schemas"]["Number"];
            iou: components["schemas"]["Number"];
        };
        /** @description Stop playing, on a step. */
        PauseCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pause";
        };
        /** @description Are you there? Answered by ``done``, in the session's turn; changes nothing. */
        PingCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ping";
        };
        /** @description Where in a text an error is: lines and columns from 1, ``end_column`` exclusive. */
        Place: {
            line: number;
            column: number;
            end_line: number;
            end_column: number;
        };
        /** @description Tensors of one kind, by their places in a frame. */
        Places: {
            /** @enum {string} */
            what: "value" | "grad" | "contribution" | "local" | "upstream" | "before" | "after" | "detail" | "change" | "map" | "surface" | "own_value" | "own_grad";
            /** @description First and last place of each range by turns, in order. */
            ranges: number[];
        };
        /** @description Go on by one unit at a time, ``rate`` units a second (null: as fast as possible) until paused or stopped. */
        PlayCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "play";
            /**
             * @default step
             * @enum {string}
             */
            unit?: "step" | "phase" | "iteration" | "epoch";
            /** @default 1 */
            rate?: number | null;
        };
        /** @description Going on by one unit at a time, ``rate`` units a second (null: as fast as possible). */
        PlayRecipe: {
            /** @enum {string} */
            unit: "step" | "phase" | "iteration" | "epoch";
            rate: number | null;
        };
        /** @description Playing started or stopped. */
        Playback: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "playback";
            playing: boolean;
            /**
             * @default step
             * @enum {string}
             */
            unit: "step" | "phase" | "iteration" | "epoch";
            /** @default null */
            rate: number | null;
        };
        /**
         * @description Where the presenter points: at which mark of the picture, and where there, in parts of its width and height.
         *
         *     A mark is what every page has wherever it stands there (a card, a unit, an image): so it is pointed at on a window of
         *     any size. With no ``mark``, the place is one of the stage. ``x`` or ``y`` null: nowhere.
         */
        PointerCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pointer";
            /** @default null */
            mark?: string | null;
            x: number | null;
            y: number | null;
        };
        /** @description Precision over recall of a detector with the parameters at the cursor, for each kind, at an IoU. */
        PrecisionCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "precision";
            /**
             * @default test
             * @enum {string}
             */
            part?: "train" | "test";
            /** @default 0.5 */
            iou?: number;
        };
        /** @description Precision over recall for one kind, from the most confident detection down. */
        PrecisionCurve: {
            kind: number;
            /** @description True boxes. */
            count: number;
            /** @description Average precision; null where there is no true box. */
            average: components["schemas"]["Number"] | null;
            /** @description The first 300. */
            points: components["schemas"]["PrecisionPoint"][];
            /** @description The best precision at a recall of 0, 0.01, … 1 or more; empty where there is no true box. */
            envelope: components["schemas"]["Number"][];
        };
        /** @description A detection on a precision–recall curve. */
        PrecisionPoint: {
            confidence: components["schemas"]["Number"];
            right: boolean;
            scene: number;
            precision: components["schemas"]["Number"];
            recall: components["schemas"]["Number"];
        };
        /** @description Precision–recall curves, one for each kind, and what they make: means over the kinds that are there. */
        PrecisionResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "precision_result";
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            part: "train" | "test";
            iou: components["schemas"]["Number"];
            scenes: number;
            curves: components["schemas"]["PrecisionCurve"][];
            /** @description mAP at this IoU. */
            mean: components["schemas"]["Number"] | null;
        };
        /** @description Switch *predict, then reveal* on or off: withhold each next gradient until it has been guessed. */
        PredictCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "predict";
            on: boolean;
        };
        /** @description Whether answers are withheld; after a guess, how close it was. */
        Prediction: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "prediction";
            on: boolean;
            /** @default null */
            guess: components["schemas"]["Number"] | null;
            /** @default null */
            actual: components["schemas"]["Number"] | null;
            /** @default null */
            relative_error: components["schemas"]["Number"] | null;
            /** @default null */
            verdict: ("exact" | "close" | "sign" | "wrong") | null;
        };
        /** @description Present: the first message of a presenter. Answered by ``joined`` and ``room``. */
        PresentCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "present";
            secret: string;
            /**
             * @description Whether the session's messages are wanted too: they come over its own socket.
             * @default false
             */
            follow?: boolean;
        };
        /** @description A configuration with a name and one sentence. */
        Preset: {
            id: string;
            title: components["schemas"]["Text"];
            summary: components["schemas"]["Text"];
            config: {
                [key: string]: unknown;
            };
            /**
             * @description Whether it trains well, or fails as its sentence says; null where that is not the point.
             * @default null
             */
            works: boolean | null;
            /**
             * @description A breakpoint that stops it where it fails as its sentence says.
             * @default null
             */
            caught: (components["schemas"]["StepCondition"] | components["schemas"]["NonFiniteCondition"] | components["schemas"]["GradCondition"] | components["schemas"]["MetricCondition"] | components["schemas"]["RisingCondition"] | components["schemas"]["StalledCondition"] | components["schemas"]["DeadCondition"]) | null;
            /** @description The narrative under this preset; empty: that of the lesson. */
            beats: components["schemas"]["Beat"][];
        };
        /** @description A problem document (RFC 9457). ``code`` is stable; ``hint`` says what to do. */
        Problem: {
            /** @description 'urn:chainrule:problem:' and the code. */
            type: string;
            title: string;
            status: number;
            detail: string;
            code: string;
            hint: string;
            /** @default null */
            place: components["schemas"]["Place"] | null;
            /**
             * @description Which of the ways in which this code comes about: stable, as the code is.
             * @default null
             */
            reason: string | null;
            /** @description What the reason speaks of, by name; iterations and steps from 0. */
            params: {
                [key: string]: number | string | string[];
            };
            errors: components["schemas"]["ProblemError"][];
        };
        /** @description One thing that is wrong with a request, and where in its body or parameters. */
        ProblemError: {
            location: (string | number)[];
            code: string;
            detail: string;
        };
        /** @description A long command is under way: ``done`` of ``total`` iterations. ``cancel`` stops it. */
        Progress: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "progress";
            done: number;
            total: number;
        };
        /** @description How much each term pulls on a parameter: lengths of the gradients of the terms, in their order. */
        Pull: {
            name: string;
            sizes: components["schemas"]["Number"][];
            /** @description That of the loss: gradients that disagree cancel. */
            whole: components["schemas"]["Number"];
        };
        /** @description Compute the same number with PyTorch, where it is installed. */
        PytorchCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pytorch";
            name: string;
            /**
             * @default grad
             * @enum {string}
             */
            what?: "value" | "grad";
        };
        /** @description The same number from PyTorch; ``value`` is null where PyTorch is not installed. */
        PytorchResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pytorch_result";
            name: string;
            /** @enum {string} */
            what: "value" | "grad";
            code: string;
            installed: boolean;
            /** @default null */
            value: components["schemas"]["Data"] | null;
        };
        /** @description Show everyone the right answer and the spread. A gradient that the session withheld for it is revealed there too. */
        RevealCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "reveal";
        };
        /** @description Stop when the loss has risen from each iteration to the next, this many times in a row. */
        RisingCondition: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "rising";
            /** @default 3 */
            iterations?: number;
        };
        /** @description How others reach the room. ``links`` is empty where the service listens to this machine alone. */
        RoomAddress: {
            /** @description Addresses of the room, the likeliest first. */
            links: string[];
            /** @description Where there are none: the command to start the service with instead. */
            start: string | null;
            /** @description The addresses of the service that there are after that. */
            then: string[];
        };
        /** @description An answer as it is exported. */
        RoomAnswer: {
            question: number;
            asked: string;
            /** @enum {string} */
            kind: "number" | "sign" | "choice";
            correct: components["schemas"]["Number"] | null;
            name: string;
            answer: string;
            verdict: ("exact" | "close" | "sign" | "right" | "wrong") | null;
        };
        /** @description All answers of a room, in the order of its questions. What has not been revealed has no verdicts. */
        RoomAnswers: {
            code: string;
            answers: components["schemas"]["RoomAnswer"][];
        };
        RoomClientMessage: components["schemas"]["JoinCommand"] | components["schemas"]["PresentCommand"] | components["schemas"]["AnswerCommand"] | components["schemas"]["LookCommand"] | components["schemas"]["PointerCommand"] | components["schemas"]["BlankCommand"] | components["schemas"]["SubscribeCommand"] | components["schemas"]["AskCommand"] | components["schemas"]["RevealCommand"] | components["schemas"]["DismissCommand"] | components["schemas"]["AckCommand"] | components["schemas"]["PingCommand"] | components["schemas"]["GradcheckCommand"] | components["schemas"]["SweepCommand"] | components["schemas"]["SampleCommand"] | components["schemas"]["ArrowsCommand"] | components["schemas"]["UnfoldCommand"] | components["schemas"]["MapCommand"] | components["schemas"]["SceneCommand"] | components["schemas"]["DetectCommand"] | components["schemas"]["PrecisionCommand"] | components["schemas"]["FilterCommand"] | components["schemas"]["UsesCommand"] | components["schemas"]["DifferencesCommand"] | components["schemas"]["TokenCommand"] | components["schemas"]["WriteCommand"] | components["schemas"]["NudgeCommand"] | components["schemas"]["ExplainCommand"] | components["schemas"]["PytorchCommand"] | components["schemas"]["FireCommand"] | components["schemas"]["NumbersCommand"];
        /** @description A new room. ``secret`` proves that one presents; it is told once, and belongs in no address. */
        RoomCreated: {
            code: string;
            lesson: string;
            title: components["schemas"]["Text"];
            followers: number;
            presenter: boolean;
            question: components["schemas"]["RoomQuestion"] | null;
            /**
             * @description To the presenter alone.
             * @default null
             */
            join: components["schemas"]["RoomAddress"] | null;
            /**
             * @description The id of the session that it shows. To the presenter alone.
             * @default null
             */
            session: string | null;
            secret: string;
        };
        /** @description A room in short: what everyone may know who knows its code. */
        RoomInfo: {
            code: string;
            lesson: string;
            title: components["schemas"]["Text"];
            followers: number;
            presenter: boolean;
            question: components["schemas"]["RoomQuestion"] | null;
            /**
             * @description To the presenter alone.
             * @default null
             */
            join: components["schemas"]["RoomAddress"] | null;
            /**
             * @description The id of the session that it shows. To the presenter alone.
             * @default null
             */
            session: string | null;
        };
        /** @description What the room takes this connection for; sent again when that changes, and when its answer is taken or judged. */
        RoomJoined: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "joined";
            presenter: boolean;
            /** @description The member that it is; '' of a presenter. */
            member: string;
            /** @description The name that it has given, or ''. */
            name: string;
            /** @description Its own answer to the question, where it has given one. */
            answer: string | null;
            /** @description How good that is, once it is revealed. */
            verdict: ("exact" | "close" | "sign" | "right" | "wrong") | null;
            /** @description To a presenter: the id of the session that the room shows. */
            session: string | null;
            /**
             * @description Whether its last connection was closed because it did not read. Said once.
             * @default false
             */
            stalled: boolean;
        };
        /** @description Where the presenter points, in parts of a mark's width and height, or of the stage's; null: nowhere. */
        RoomPointer: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pointer";
            /** @default null */
            mark: string | null;
            /** @default null */
            x: components["schemas"]["Number"] | null;
            /** @default null */
            y: components["schemas"]["Number"] | null;
        };
        /** @description The question that is open or has just been revealed. ``answered`` counts the class's answers. */
        RoomQuestion: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "question";
            /** @description Its number in this room. */
            question: number;
            /** @enum {string} */
            kind: "number" | "sign" | "choice";
            text: string;
            choices: string[];
            node: string | null;
            /** @enum {string} */
            what: "value" | "grad" | "contribution";
            argument: number | null;
            index: number[];
            /** @description The place that it is about; null: none. */
            cursor: components["schemas"]["Cursor"] | null;
            /** @enum {string} */
            state: "open" | "revealed";
            answered: number;
            /** @description Whether there is a right answer to be revealed. */
            right: boolean;
            /**
             * @description Once revealed: the number; of a sign the number too; of a choice its number.
             * @default null
             */
            correct: components["schemas"]["Number"] | null;
        };
        RoomServerMessage: components["schemas"]["RoomState"] | components["schemas"]["RoomJoined"] | components["schemas"]["RoomPointer"] | components["schemas"]["RoomQuestion"] | components["schemas"]["RoomSpread"] | components["schemas"]["Done"] | components["schemas"]["ErrorMessage"];
        /** @description How the answers are spread. To the presenter alone until the question is revealed. */
        RoomSpread: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "spread";
            question: number;
            bins: components["schemas"]["SpreadBin"][];
            answered: number;
            members: number;
        };
        /** @description The room as it is now. Sent first, and whenever something of it changes; ``seq`` is the room's own revision. */
        RoomState: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "room";
            code: string;
            lesson: string;
            title: components["schemas"]["Text"];
            /** @description The class: followers connected now. */
            followers: number;
            /** @description The presenter's view, as the address holds it. */
            view: string;
            blank: boolean;
            pointer: components["schemas"]["RoomPointer"] | null;
            question: components["schemas"]["RoomQuestion"] | null;
            /** @description Whether a presenter is there now. */
            presenter: boolean;
            /** @description Whether the session can be reached now. */
            reachable: boolean;
        };
        /** @description One of several networks that are trained side by side. Nodes are given by their index in the graph. */
        Run: {
            /** @description Names of its nodes begin with it: 'adam/x', 'adam.mul#0'. */
            name: string;
            /** @description What it is called: 'Adam'. */
            title: string;
            /** @description Of one that walks on a map: those along its axes, x first. */
            parameters: number[];
            /** @description Its own loss; the loss of the graph is the sum of these. */
            loss: number;
            /** @description Of a deep network whose gradients are followed: its layers in order. */
            layers: components["schemas"]["RunLayer"][];
        };
        /** @description The gradient of one run by finite differences, beside that by backpropagation. */
        RunDifferences: {
            /** @description Empty where there is only one. */
            name: string;
            parameters: string[];
            loss: components["schemas"]["Number"];
            /** @description The loss where one number is larger by its ``steps``, for each of them. */
            nudged: components["schemas"]["Number"][];
            steps: components["schemas"]["Number"][];
            slopes: components["schemas"]["Number"][];
            gradients: components["schemas"]["Number"][];
            /** @description Forward passes that the slopes took. */
            passes: number;
        };
        /** @description A layer of a run, whose sizes are followed through the network. */
        RunLayer: {
            /** @description The scope of its nodes: 'plain.layer7'. */
            name: string;
            /** @description What it passes on: (batch, units). */
            output: number;
            /** @description Its parameter of shape (units, inputs). */
            weight: number;
            /** @description Whether it adds its input: a skip connection around it. */
            skip: boolean;
        };
        /** @description A named intermediate of a run's update, for each of its parameters in order. */
        RunNumber: {
            /** @description LaTeX. */
            symbol: string;
            /** @description LaTeX. */
            formula: string;
            values: components["schemas"]["Number"][];
        };
        /** @description How one of several runs is doing at the cursor. */
        RunState: {
            name: string;
            /** @description The learning rate of this iteration. */
            rate: components["schemas"]["Number"];
            /** @description The arithmetic of its updates in this iteration, in order; empty until they have been. */
            numbers: components["schemas"]["RunNumber"][];
            /** @description Of one that walks on a map; null until its updates have been. */
            verdict: ("diverges" | "arrived" | "saddle" | "plateau" | "zigzags" | "crawls" | "walks") | null;
            /** @description The numbers that the verdict rests on: ``gradient`` and ``step`` are lengths; ``height`` is the loss where the step ended; ``distance`` is that to where the slope would vanish; ``steep`` and ``flat`` are the largest and the least curvature; ``product`` is the learning rate times ``steep``, and ``limit`` what it must stay below; ``steps`` would cross the map. */
            because: {
                [key: string]: components["schemas"]["Number"];
            };
            /** @description Of each layer of the run in the graph. */
            layers: components["schemas"]["LayerSizes"][];
            /**
             * @description In place of ``layers`` where the frame would be larger than was subscribed to.
             * @default null
             */
            columns: components["schemas"]["LayerColumns"] | null;
            /**
             * @description The product of all gains: the first layer's gradient over the last one's; null until both are complete.
             * @default null
             */
            product: components["schemas"]["Number"] | null;
            /**
             * @description The norm of all its gradients together, where they are clipped by it; null before they are complete.
             * @default null
             */
            norm: components["schemas"]["Number"] | null;
        };
        /**
         * @description One sample of the batch at the cursor by itself: its row of every node, and the gradient of its own loss term.
         *
         *     Its own term is its part of the mean, not divided by the number of samples, and without penalties. Asked where
         *     the forward pass has come to the loss.
         */
        SampleCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "sample";
            row: number;
        };
        /** @description One sample of a batch by itself. Tensors with more elements than a frame would hold are left out. */
        SampleResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "sample_result";
            cursor: components["schemas"]["Cursor"];
            row: number;
            /** @description How many samples the batch has. */
            count: number;
            /** @enum {string} */
            reduction: "mean" | "sum";
            /** @description Its own loss term: not divided by the number of samples, no penalties. */
            loss: components["schemas"]["Number"];
            /** @description Its row of each node that has an axis of samples. */
            values: {
                [key: string]: components["schemas"]["Data"];
            };
            /** @description Its row of the gradient of its own term by such a node. */
            deltas: {
                [key: string]: components["schemas"]["Data"];
            };
            /** @description The gradient of its own term by each parameter. */
            grads: {
                [key: string]: components["schemas"]["Data"];
            };
        };
        /**
         * @description The pixels and true boxes of one scene of a detector, with all the scenes beside it as thumbnails.
         *
         *     ``row`` is one of the batch's, or of those held out; of fewer the last is taken.
         */
        SceneCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "scene";
            /**
             * @default batch
             * @enum {string}
             */
            picture?: "batch" | "original" | "held_out";
            /** @default 0 */
            row?: number;
        };
        /** @description One scene, its pixels in 8 bits as base64, channel by channel, row by row; and what is in it. */
        SceneResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "scene_result";
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            picture: "batch" | "original" | "held_out";
            row: number;
            /** @description How many scenes there are beside it. */
            count: number;
            side: number;
            /** @description (3, side, side), 0 to 255. */
            pixels: string;
            true: components["schemas"]["TrueBox"][];
            /** @description Pixels of a thumbnail along each axis. */
            thumbnail: number;
            /** @description Of each scene (3, thumbnail, thumbnail), 0 to 255: means over blocks of pixels. */
            thumbnails: string[];
        };
        /** @description How a network does on some points. */
        Scores: {
            count: number;
            /** @description Without penalties; null: of no points. */
            loss: components["schemas"]["Number"] | null;
            /** @description Null where targets are numbers. */
            accuracy: components["schemas"]["Number"] | null;
            /** @description Row: the class that a point is of; column: the class that the network says. Empty for numbers. */
            confusion: number[][];
            /**
             * @description Of a detector: mean average precision at an overlap (IoU) of 0.5, as COCO counts it.
             * @default null
             */
            map50: components["schemas"]["Number"] | null;
            /**
             * @description The same, averaged over overlaps of 0.50, 0.55, … 0.95.
             * @default null
             */
            map50_95: components["schemas"]["Number"] | null;
            /**
             * @description Of a detector: the terms of its loss, times their weights; the loss is their sum.
             * @default []
             */
            terms: components["schemas"]["Number"][];
        };
        /** @description Go to a place on the timeline; past the tip it is computed. Without ``branch``: on the current one. */
        SeekCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "seek";
            iteration: number;
            /** @default 0 */
            step?: number;
            /** @default null */
            branch?: number | null;
        };
        ServerMessage: components["schemas"]["Welcome"] | components["schemas"]["GraphMessage"] | components["schemas"]["Frame"] | components["schemas"]["Companion"] | components["schemas"]["Dataset"] | components["schemas"]["Moved"] | components["schemas"]["Done"] | components["schemas"]["Progress"] | components["schemas"]["Playback"] | components["schemas"]["Configured"] | components["schemas"]["Branches"] | components["schemas"]["Metrics"] | components["schemas"]["Breakpoints"] | components["schemas"]["Explanation"] | components["schemas"]["GradcheckResult"] | components["schemas"]["PytorchResult"] | components["schemas"]["SweepResult"] | components["schemas"]["SampleResult"] | components["schemas"]["ArrowsResult"] | components["schemas"]["Unfolded"] | components["schemas"]["MapResult"] | components["schemas"]["SceneResult"] | components["schemas"]["DetectResult"] | components["schemas"]["PrecisionResult"] | components["schemas"]["FilterResult"] | components["schemas"]["UsesResult"] | components["schemas"]["NumbersResult"] | components["schemas"]["DifferencesResult"] | components["schemas"]["TokenResult"] | components["schemas"]["Written"] | components["schemas"]["NudgeResult"] | components["schemas"]["Fired"] | components["schemas"]["Prediction"] | components["schemas"]["ErrorMessage"];
        /** @description A session in short. */
        SessionInfo: {
            /**
             * @description A capability: who knows it may drive the session.
             * @default
             */
            id: string;
            lesson: string;
            /** @description In force at the cursor; at a branch's tip, for the next iteration. */
            config: {
                [key: string]: unknown;
            };
            /** @description What the session began with; the journal starts from it. */
            initial_config: {
                [key: string]: unknown;
            };
            seed: number;
            /** @description The session's revision. */
            seq: number;
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            parameters: {
                [key: string]: components["schemas"]["NodeState"];
            };
            /** @description At the cursor's iteration; null: not reached yet. */
            metrics: {
                [key: string]: components["schemas"]["Number"] | null;
            };
            /** @description What made the current branch; create a session with it and initial_config to get the same. */
            journal: components["schemas"]["JournalEntry"][];
            /** @default null */
            companion: components["schemas"]["CompanionInfo"] | null;
        };
        /** @description What makes a session, kept by the server under a short address. It never changes. */
        Snapshot: {
            /** @description Made from the content: what makes the same session has the same id. */
            id: string;
            /** @description Where the page opens it, from the server's root: `/one-weight?s=…`. */
            url: string;
        };
        /**
         * @description A number that one can click next.
         *
         *     An element of a value or gradient, of an edge's contribution (``argument``), or of an intermediate of a
         *     parameter's update (``symbol``). ``place`` is where it was made, if not at the place that is explained. ``own``: of the gradient of that loss
         *     term alone.
         */
        Source: {
            name: string;
            /** @enum {string} */
            what: "value" | "grad" | "contribution" | "detail";
            index: number[];
            /** @default null */
            argument: number | null;
            /** @default null */
            symbol: string | null;
            /** @default null */
            place: components["schemas"]["Cursor"] | null;
            /** @default null */
            own: components["schemas"]["Own"] | null;
        };
        /** @description Answers that are the same. ``label`` is the number or sign as it was read, or the number of the choice; null: all others. */
        SpreadBin: {
            label: string | null;
            count: number;
            /** @description Once revealed; null where there is no right answer. */
            verdict: ("exact" | "close" | "sign" | "right" | "wrong") | null;
        };
        /**
         * @description Stop when a metric has not got better for this many iterations, and again after as many more.
         *
         *     Better is what beats the best so far by more than ``margin``, a share of it: below it for a loss, above it for an
         *     accuracy or a mean average precision. What is measured every k iterations is looked at in those.
         */
        StalledCondition: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "stalled";
            /** @default loss */
            metric?: string;
            /** @default 300 */
            iterations?: number;
            /** @default 0.01 */
            margin?: number;
        };
        /** @description Value and gradient of every node at the cursor; large ones as summaries. */
        StateInfo: {
            cursor: components["schemas"]["Cursor"];
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            parameters: {
                [key: string]: components["schemas"]["NodeState"];
            };
            nodes: {
                [key: string]: components["schemas"]["NodeState"];
            };
            /** @default null */
            companion: components["schemas"]["CompanionState"] | null;
        };
        /**
         * @description One step of an iteration, as laid out on the timeline.
         *
         *     ``node`` is the node that a forward step computes, that a backward step passes its gradient through, or
         *     that an update changes; ``edge`` is the edge of a backward step; ``line`` the line of the listing.
         */
        Step: {
            index: number;
            /** @enum {string} */
            kind: "zero_grad" | "load" | "forward" | "seed" | "backward" | "update";
            /** @enum {string} */
            phase: "forward" | "backward" | "update";
            /** @description Short, as printed on the timeline: 'mul', 'mul → w'. */
            label: string;
            /** @default null */
            node: number | null;
            /** @default null */
            edge: number | null;
            /** @default null */
            line: number | null;
        };
        /** @description Go to the n-th stop of a unit after (or, if negative, before) the cursor. */
        StepCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "step";
            /**
             * @default step
             * @enum {string}
             */
            unit?: "step" | "phase" | "iteration" | "epoch";
            /** @default 1 */
            count?: number;
        };
        /** @description Stop when a step of this kind, or at this node, is reached. */
        StepCondition: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "step";
            /** @default null */
            step_kind?: ("zero_grad" | "load" | "forward" | "seed" | "backward" | "update") | null;
            /** @default null */
            node?: string | null;
        };
        /**
         * @description Name the nodes whose full values this connection wants; null: all that fit, the rest as summaries.
         *
         *     ``only``: values and gradients of these alone, and nothing of other nodes and of edges.
         *     ``pictures`` are sent with the frames of a network on points of the plane. A companion's numbers are sent where they
         *     are named (`adam/hidden1.weight`), and its surface and evaluation as the current run's. ``sample`` sends what one row
         *     of the batch has by itself in every node of the current run: ``row``, or the last where there are fewer.
         *     ``most``: a frame has no more bytes than that. What does not fit is named in ``left``, pictures of the plane are
         *     coarser; thumbnails come with each frame then, so that each can be drawn without the one before.
         */
        SubscribeCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "subscribe";
            /** @default null */
            names?: string[] | null;
            /** @default false */
            only?: boolean;
            pictures?: ("units" | "surface" | "evaluation" | "sample" | "runs")[];
            /** @default 0 */
            row?: number;
            /** @default null */
            most?: number | null;
        };
        /** @description What stands for a tensor too large to send unasked. */
        Summary: {
            minimum: components["schemas"]["Number"];
            maximum: components["schemas"]["Number"];
            mean: components["schemas"]["Number"];
            /** @description Mean of |x| over all elements; not finite where one of them is not. */
            mean_size: components["schemas"]["Number"];
            norm: components["schemas"]["Number"];
            zeros: number;
            non_finite: number;
            histogram: number[];
            thumbnail: components["schemas"]["Number"][][];
        };
        /** @description The loss of the cursor's iteration as a function of one scalar leaf, at ``count`` even places. */
        SweepCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "sweep";
            name: string;
            low: number;
            high: number;
            /** @default 101 */
            count?: number;
        };
        /** @description The loss over one leaf. */
        SweepResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "sweep_result";
            name: string;
            cursor: components["schemas"]["Cursor"];
            xs: components["schemas"]["Number"][];
            losses: components["schemas"]["Number"][];
        };
        /** @description The number that the presenter has said. */
        TakeOver: {
            pin: string;
        };
        /** @description The new presenter's secret, which voids the old one. */
        TakenOver: {
            code: string;
            lesson: string;
            title: components["schemas"]["Text"];
            followers: number;
            presenter: boolean;
            question: components["schemas"]["RoomQuestion"] | null;
            /**
             * @description To the presenter alone.
             * @default null
             */
            join: components["schemas"]["RoomAddress"] | null;
            /**
             * @description The id of the session that it shows. To the presenter alone.
             * @default null
             */
            session: string | null;
            secret: string;
        };
        /** @description A named array in JSON. ``data`` is null where only a ``summary`` is sent, or where nothing is known yet. */
        Tensor: {
            name: string;
            shape: number[];
            /** @enum {string} */
            dtype: "float32" | "float64";
            /** @default null */
            data: components["schemas"]["Data"] | null;
            /** @default null */
            summary: components["schemas"]["Summary"] | null;
        };
        /** @description One addend: the product of its factors is ``value``. */
        Term: {
            /** @description For people: the nodes it is made of; or 'seed', 'before', 'step', 'decayed', 'edit', 'initial', 'update'; or 'reads' for a number of a rule that is no sum. */
            label: string;
            factors: components["schemas"]["Factor"][];
            value: components["schemas"]["Number"];
        };
        /** @description The same sentence in each language of the interface. */
        Text: {
            en: string;
            vi: string;
        };
        /**
         * @description How the own loss of one token depends on the attention of a block, head by head.
         *
         *     Null until all that is to come there in the backward pass of the batch has come.
         */
        TokenAttention: {
            /** @description Of shape (windows, heads, places, places): the weights. */
            node: number;
            /** @description (heads, places, places): the gradient by the weights. */
            weights: components["schemas"]["Data"] | null;
            /** @description And by the scores that softmax makes them of. */
            scores: components["schemas"]["Data"] | null;
            /** @description The node of the scores. */
            source: number;
        };
        /**
         * @description One token of a window by itself: what is said to follow it, and its own loss traced back to the tokens before it.
         *
         *     Its own loss is its term of the mean, not divided by how many there are. Asked where the forward pass has come to
         *     the loss; gradients are told of the nodes that the backward pass of the batch has come to.
         */
        TokenCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "token";
            /** @description The window: a row of the batch. */
            row: number;
            /** @description The place in it. */
            position: number;
        };
        /** @description One token by itself. The first stage is the embeddings. */
        TokenResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "token_result";
            cursor: components["schemas"]["Cursor"];
            row: number;
            position: number;
            /** @description How many windows the batch has. */
            count: number;
            /** @enum {string} */
            reduction: "mean" | "sum";
            /** @description The character that follows. */
            target: number;
            /** @description Its own loss term. */
            loss: components["schemas"]["Number"];
            /** @description Of each character to be the next. */
            probabilities: components["schemas"]["Number"][];
            stages: components["schemas"]["TokenStage"][];
            /** @description Of each block. */
            attention: components["schemas"]["TokenAttention"][];
        };
        /**
         * @description How the own loss of one token depends on what is known at each place, at one node.
         *
         *     All but ``node`` is null until all that is to come there in the backward pass of the batch has come.
         */
        TokenStage: {
            /** @description Of shape (windows, places, width). */
            node: number;
            /** @description (places, width): the gradient of the own loss. */
            grads: components["schemas"]["Data"] | null;
            /** @description The norm of the gradient at each place. */
            sizes: components["schemas"]["Number"][] | null;
            /** @description The same, divided by their sum. */
            shares: components["schemas"]["Number"][] | null;
            /** @description gradient · value at each place: how the loss would change, to first order, were what is there larger by a factor. */
            dots: components["schemas"]["Number"][] | null;
        };
        /** @description A layer's weights as each term pulls on them: for each output and input of the layer one number. */
        Traced: {
            name: string;
            /** @description Outputs. */
            rows: number;
            /** @description Inputs. */
            columns: number;
            /** @description In the order of the terms, row by row: the length of the term's gradient by the weights between the two. */
            terms: components["schemas"]["Number"][][];
        };
        /** @description Something that is in a scene. */
        TrueBox: {
            /** @description x1, y1, x2, y2 in pixels. */
            box: components["schemas"]["Number"][];
            /** @description Its place among the graph's kinds. */
            kind: number;
            /** @description The cell that its middle lies in. */
            row: number;
            column: number;
            /** @description Whether that cell is to say it: not where a smaller one lies there too. */
            assigned: boolean;
        };
        /** @description Return to the branch, configuration and cursor before the last edit or configure. */
        UndoCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "undo";
        };
        /**
         * @description A unit of a network as its scalar circuit, for one sample of the batch, as far as the cursor has come.
         *
         *     With ``source`` its weight for this unit of the layer before: what else is summed is gathered. ``row`` is one of the
         *     batch's; until the batch is loaded it is not known which sample that will be.
         */
        UnfoldCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "unfold";
            /** @description A layer of the graph, by its name; not the input. */
            layer: string;
            unit: number;
            /** @default null */
            source?: number | null;
            /** @default 0 */
            row?: number;
        };
        /**
         * @description A unit as its scalar circuit for one sample: a graph of numbers, and a frame of what has been computed so far.
         *
         *     The graph's steps are those of the iteration; ``parts`` say what each of them does here, ``cells`` what its nodes
         *     are. Contributions are those to the gradient of the batch: where its loss is a mean, 1/N is in each of them. Of the
         *     frame's tensors, ``local`` is there for all edges that have brought their contribution, and ``before``, ``after`` and
         *     ``detail`` (what the learning rate is multiplied by) for each node that an update changes.
         */
        Unfolded: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "unfolded";
            cursor: components["schemas"]["Cursor"];
            layer: string;
            unit: number;
            source: number | null;
            row: number;
            /** @description How many samples the batch has. */
            count: number;
            graph: components["schemas"]["Graph"];
            frame: components["schemas"]["Frame"];
            cells: components["schemas"]["UnfoldedCell"][];
            parts: components["schemas"]["UnfoldedPart"][];
        };
        /** @description What a node of an unfolded unit's graph is, beside what its :class:`GraphNode` says. */
        UnfoldedCell: {
            /**
             * @description ``input``: what the layer before gives; ``given``: a mask, a target, a constant; ``consumer``: what reads the unit, ``outgoing`` the weight that it is read with; ``samples``, ``units``, ``inputs``, ``penalty``: all others of these, gathered.
             * @enum {string}
             */
            role: "input" | "parameter" | "given" | "product" | "sum" | "function" | "consumer" | "outgoing" | "loss" | "samples" | "units" | "inputs" | "penalty";
            /** @description The node of the tape that it is an element of; null: of none. */
            name: string | null;
            /** @description Which element. */
            place: number[] | null;
            /** @description How many it stands for. */
            count: number;
            /** @description Other samples took part in its value, so that it is no function of one. */
            mixed: boolean;
            /** @description The layer of the unit that it belongs to, by its place in the graph. */
            layer: number | null;
            /** @default null */
            unit: number | null;
            /** @description Of a parameter: what each sample of the batch adds to its gradient; null: not reached yet. */
            shares: components["schemas"]["Number"][] | null;
        };
        /**
         * @description What a step of the iteration does to one number: it is computed or updated, or an edge brings a contribution.
         *
         *     Of several in one step, those of a lower ``level`` come first.
         */
        UnfoldedPart: {
            step: number;
            level: number;
            node: number;
            edge: number | null;
        };
        /** @description A named intermediate of an update; its number is the tensor ('detail', ``index``) of the frame. */
        UpdateDetail: {
            index: number;
            symbol: string;
            formula: string;
            /**
             * @description LaTeX of the formula with the numbers in it; empty for the gradient, and for tensors.
             * @default
             */
            rule: string;
        };
        /**
         * @description Where a weight of a filter was used: for each place of the map that it helped to make, the product that it adds.
         *
         *     Asked where the backward pass has come to the weight's gradient, which is the sum of the products of all images.
         */
        UsesCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "uses";
            /** @description A filter of a convolution. */
            name: string;
            index: number[];
            /**
             * @description The image whose places are told: a row of the batch.
             * @default 0
             */
            row?: number;
        };
        /** @description Where a filter's weight was used. Of the places, row by row, and of the images: each in its order. */
        UsesResult: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "uses_result";
            cursor: components["schemas"]["Cursor"];
            name: string;
            index: number[];
            row: number;
            /** @description The convolution. */
            node: string;
            /** @description Its images: the node whose pixels the weight met. */
            source: string;
            rows: number;
            columns: number;
            /** @description That the weight met at each place; null: it hung over the edge. */
            pixels: (components["schemas"]["Number"] | null)[];
            /** @description The gradient of the map's pixel there. */
            slopes: components["schemas"]["Number"][];
            /** @description Of the two. */
            products: components["schemas"]["Number"][];
            /** @description Of the products up to and with each place. */
            sums: components["schemas"]["Number"][];
            /** @description Of each image of the batch: the sum of its products. */
            shares: components["schemas"]["Number"][];
            /** @description The sum of the shares: what the convolution adds to the gradient. */
            total: components["schemas"]["Number"];
        };
        /** @description The first message on a socket: everything that a page needs apart from graph and frame, which follow. */
        Welcome: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "welcome";
            protocol: number;
            lesson: string;
            config: {
                [key: string]: unknown;
            };
            seed: number;
            cursor: components["schemas"]["Cursor"];
            branches: components["schemas"]["Branch"][];
            breakpoints: components["schemas"]["Breakpoint"][];
            predict: boolean;
            playing: boolean;
            can_undo: boolean;
            pytorch_installed: boolean;
            /**
             * @description The branch of the run beside the current one.
             * @default null
             */
            companion: number | null;
        };
        /**
         * @description What the network at the cursor says to follow a text, and ``length`` characters drawn from it, one by one.
         *
         *     In evaluation mode, with the parameters at the cursor. What is drawn depends on nothing but them, this command and
         *     the session's seed. It sees no more than its context, the last characters of the text; of no text, the end of a line.
         */
        WriteCommand: {
            /**
             * @description Chosen by the client; comes back in the answer.
             * @default null
             */
            id?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "write";
            /** @default  */
            text?: string;
            /** @default 0 */
            length?: number;
            /**
             * @description What scores are divided by; 0 takes the likeliest character.
             * @default 1
             */
            temperature?: number;
            /**
             * @description Another number draws otherwise.
             * @default 0
             */
            draw?: number;
        };
        /** @description What follows a text. */
        Written: {
            /** @default 0 */
            seq: number;
            /** @default null */
            id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "written";
            cursor: components["schemas"]["Cursor"];
            /** @description As it was read: in lower case. */
            text: string;
            /** @description What the network saw of it. */
            seen: string;
            /** @description Of each character to be the next. */
            probabilities: components["schemas"]["Number"][];
            /** @description The same at the temperature: what is drawn from. */
            tempered: components["schemas"]["Number"][];
            /** @description The characters drawn. */
            continued: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    lessons: {
        parameters: {
            query?: {
                /** @description Slug, order, title and summary only. */
                brief?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All lessons in the order of learning; with `brief` only what a list of them shows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LessonInfo"][] | components["schemas"]["LessonBrief"][];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lesson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From GET /api/lessons. */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole lesson. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LessonInfo"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lesson_notes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From GET /api/lessons. */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What to say, and what to ask. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LessonNotes"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Live"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can take sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service can take sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_session: {
        parameters: {
            query?: {
                /** @description Leave out the parameters. */
                brief?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSession"];
            };
        };
        responses: {
            /** @description The new session; its address is in Location. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionInfo"];
                };
            };
            /** @description The body is not JSON (`malformed_json`). */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now: the answer is withheld, not reached yet, the class is being asked, or there is nothing to undo. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over the limit (`body_too_large`, `snapshot_too_large`). */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be application/json (`unsupported_media_type`). */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_info: {
        parameters: {
            query?: {
                /** @description Leave out the parameters. */
                brief?: boolean;
            };
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session at its cursor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionInfo"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_graph: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The graph at the cursor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Graph"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_state: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state at the cursor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StateInfo"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_branches: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All branches. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchesInfo"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_tensor: {
        parameters: {
            query?: {
                /** @description The value or its gradient. */
                what?: "value" | "grad";
            };
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
                /** @description A parameter's path, a variable, or 'scope.op#k', with '#' written as %23. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole tensor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tensor"];
                    "application/x-npy": string;
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The Accept header names nothing that can be given (`not_acceptable`). */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now: the answer is withheld, not reached yet, the class is being asked, or there is nothing to undo. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_trace: {
        parameters: {
            query?: {
                first?: number | null;
                last?: number | null;
            };
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages, one on each line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_commands: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientMessage"];
            };
        };
        responses: {
            /** @description The answers, in order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMessage"][];
                };
            };
            /** @description A long command goes on; the list ends with its progress. `cancel` stops it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMessage"][];
                };
            };
            /** @description The body is not JSON (`malformed_json`). */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now: the answer is withheld, not reached yet, the class is being asked, or there is nothing to undo. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over the limit (`body_too_large`, `snapshot_too_large`). */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be application/json (`unsupported_media_type`). */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_socket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSocket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description This address takes WebSocket connections only (`upgrade_required`). */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page with the recording, or the recording's lines. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The Accept header names nothing that can be given (`not_acceptable`). */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now: the answer is withheld, not reached yet, the class is being asked, or there is nothing to undo. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_snapshot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSession"];
            };
        };
        responses: {
            /** @description It is kept; its address is in Location. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshot"];
                };
            };
            /** @description The body is not JSON (`malformed_json`). */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now: the answer is withheld, not reached yet, the class is being asked, or there is nothing to undo. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over the limit (`body_too_large`, `snapshot_too_large`). */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be application/json (`unsupported_media_type`). */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    snapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From POST /api/snapshots. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What makes the session: a body for POST /api/sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateSession"];
                };
            };
            /** @description It is what If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_room: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateRoom"];
            };
        };
        responses: {
            /** @description The new room; its address is in Location. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomCreated"];
                };
            };
            /** @description The body is not JSON (`malformed_json`). */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over the limit (`body_too_large`, `snapshot_too_large`). */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be application/json (`unsupported_media_type`). */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    room_info: {
        parameters: {
            query?: never;
            header?: {
                /** @description `Bearer` and the presenter's secret. */
                authorization?: string | null;
            };
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The room in short. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomInfo"];
                };
            };
            /** @description Only the presenter does this (`room_presenter_only`, `room_wrong_secret`), or the number does not hand the room over (`wrong_pin`). */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_room: {
        parameters: {
            query?: never;
            header?: {
                /** @description `Bearer` and the presenter's secret. */
                authorization?: string | null;
            };
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is over. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Only the presenter does this (`room_presenter_only`, `room_wrong_secret`), or the number does not hand the room over (`wrong_pin`). */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    move_room: {
        parameters: {
            query?: never;
            header?: {
                /** @description `Bearer` and the presenter's secret. */
                authorization?: string | null;
            };
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveRoom"];
            };
        };
        responses: {
            /** @description The room as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomInfo"];
                };
            };
            /** @description The body is not JSON (`malformed_json`). */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only the presenter does this (`room_presenter_only`, `room_wrong_secret`), or the number does not hand the room over (`wrong_pin`). */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over the limit (`body_too_large`, `snapshot_too_large`). */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be application/json (`unsupported_media_type`). */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    copy_room: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A session of one's own; its address is in Location. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionInfo"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now: the answer is withheld, not reached yet, the class is being asked, or there is nothing to undo. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is gone for good (`session_lost`, `snapshot_damaged`). */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hand_over: {
        parameters: {
            query?: never;
            header?: {
                /** @description `Bearer` and the presenter's secret. */
                authorization?: string | null;
            };
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A number to be said to the next presenter. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HandOver"];
                };
            };
            /** @description Only the presenter does this (`room_presenter_only`, `room_wrong_secret`), or the number does not hand the room over (`wrong_pin`). */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_over: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TakeOver"];
            };
        };
        responses: {
            /** @description One presents now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenOver"];
                };
            };
            /** @description The body is not JSON (`malformed_json`). */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only the presenter does this (`room_presenter_only`, `room_wrong_secret`), or the number does not hand the room over (`wrong_pin`). */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is over the limit (`body_too_large`, `snapshot_too_large`). */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be application/json (`unsupported_media_type`). */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    room_answers: {
        parameters: {
            query?: never;
            header?: {
                /** @description `Bearer` and the presenter's secret. */
                authorization?: string | null;
            };
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomAnswers"];
                    "text/csv": string;
                };
            };
            /** @description Only the presenter does this (`room_presenter_only`, `room_wrong_secret`), or the number does not hand the room over (`wrong_pin`). */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The Accept header names nothing that can be given (`not_acceptable`). */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A limit of the service (`limit_…`). */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, `snapshots_unavailable`). */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    room_socket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As people write it: `ABC-DEF`, `abcdef`. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSocket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …). */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description This address takes WebSocket connections only (`upgrade_required`). */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Figures. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or nothing of this name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

// One name for each schema.
export type AckCommand = components["schemas"]["AckCommand"];
export type Against = components["schemas"]["Against"];
export type AnswerCommand = components["schemas"]["AnswerCommand"];
export type AnsweredImage = components["schemas"]["AnsweredImage"];
export type ArrowsCommand = components["schemas"]["ArrowsCommand"];
export type ArrowsResult = components["schemas"]["ArrowsResult"];
export type AskCommand = components["schemas"]["AskCommand"];
export type Beat = components["schemas"]["Beat"];
export type BeatAnchor = components["schemas"]["BeatAnchor"];
export type BeatNote = components["schemas"]["BeatNote"];
export type Because = components["schemas"]["Because"];
export type BlankCommand = components["schemas"]["BlankCommand"];
export type Branch = components["schemas"]["Branch"];
export type Branches = components["schemas"]["Branches"];
export type BranchesInfo = components["schemas"]["BranchesInfo"];
export type Breakpoint = components["schemas"]["Breakpoint"];
export type BreakpointCommand = components["schemas"]["BreakpointCommand"];
export type Breakpoints = components["schemas"]["Breakpoints"];
export type CancelCommand = components["schemas"]["CancelCommand"];
export type CellBox = components["schemas"]["CellBox"];
export type ClientMessage = components["schemas"]["ClientMessage"];
export type CloseCode = components["schemas"]["CloseCode"];
export type Companion = components["schemas"]["Companion"];
export type CompanionInfo = components["schemas"]["CompanionInfo"];
export type CompanionRecipe = components["schemas"]["CompanionRecipe"];
export type CompanionState = components["schemas"]["CompanionState"];
export type CompareCommand = components["schemas"]["CompareCommand"];
export type ConfigField = components["schemas"]["ConfigField"];
export type ConfigureCommand = components["schemas"]["ConfigureCommand"];
export type Configured = components["schemas"]["Configured"];
export type CreateRoom = components["schemas"]["CreateRoom"];
export type CreateSession = components["schemas"]["CreateSession"];
export type Cursor = components["schemas"]["Cursor"];
export type Data = components["schemas"]["Data"];
export type Dataset = components["schemas"]["Dataset"];
export type DeadCondition = components["schemas"]["DeadCondition"];
export type DetectCommand = components["schemas"]["DetectCommand"];
export type DetectResult = components["schemas"]["DetectResult"];
export type DetectionTerm = components["schemas"]["DetectionTerm"];
export type DetectorGrid = components["schemas"]["DetectorGrid"];
export type DifferencesCommand = components["schemas"]["DifferencesCommand"];
export type DifferencesResult = components["schemas"]["DifferencesResult"];
export type DismissCommand = components["schemas"]["DismissCommand"];
export type Done = components["schemas"]["Done"];
export type Dragged = components["schemas"]["Dragged"];
export type EditCommand = components["schemas"]["EditCommand"];
export type ErrorMessage = components["schemas"]["ErrorMessage"];
export type Evaluation = components["schemas"]["Evaluation"];
export type ExcitedImage = components["schemas"]["ExcitedImage"];
export type ExplainCommand = components["schemas"]["ExplainCommand"];
export type Explanation = components["schemas"]["Explanation"];
export type Factor = components["schemas"]["Factor"];
export type FilterCommand = components["schemas"]["FilterCommand"];
export type FilterResult = components["schemas"]["FilterResult"];
export type FireCommand = components["schemas"]["FireCommand"];
export type Fired = components["schemas"]["Fired"];
export type Frame = components["schemas"]["Frame"];
export type FrameTensor = components["schemas"]["FrameTensor"];
export type GradCondition = components["schemas"]["GradCondition"];
export type GradcheckCommand = components["schemas"]["GradcheckCommand"];
export type GradcheckResult = components["schemas"]["GradcheckResult"];
export type Graph = components["schemas"]["Graph"];
export type GraphEdge = components["schemas"]["GraphEdge"];
export type GraphMessage = components["schemas"]["GraphMessage"];
export type GraphNode = components["schemas"]["GraphNode"];
export type GraphText = components["schemas"]["GraphText"];
export type GuessCommand = components["schemas"]["GuessCommand"];
export type HandOver = components["schemas"]["HandOver"];
export type Health = components["schemas"]["Health"];
export type JoinCommand = components["schemas"]["JoinCommand"];
export type JournalEntry = components["schemas"]["JournalEntry"];
export type Layer = components["schemas"]["Layer"];
export type LayerColumns = components["schemas"]["LayerColumns"];
export type LayerHealth = components["schemas"]["LayerHealth"];
export type LayerMap = components["schemas"]["LayerMap"];
export type LayerSizes = components["schemas"]["LayerSizes"];
export type LessonBrief = components["schemas"]["LessonBrief"];
export type LessonInfo = components["schemas"]["LessonInfo"];
export type LessonNotes = components["schemas"]["LessonNotes"];
export type ListingLine = components["schemas"]["ListingLine"];
export type Live = components["schemas"]["Live"];
export type LookCommand = components["schemas"]["LookCommand"];
export type MapArea = components["schemas"]["MapArea"];
export type MapCommand = components["schemas"]["MapCommand"];
export type MapResult = components["schemas"]["MapResult"];
export type MetricCondition = components["schemas"]["MetricCondition"];
export type Metrics = components["schemas"]["Metrics"];
export type MoveRoom = components["schemas"]["MoveRoom"];
export type Moved = components["schemas"]["Moved"];
export type MovedBox = components["schemas"]["MovedBox"];
export type MovedTrue = components["schemas"]["MovedTrue"];
export type NodeState = components["schemas"]["NodeState"];
export type NonFiniteCondition = components["schemas"]["NonFiniteCondition"];
export type NoteCheck = components["schemas"]["NoteCheck"];
export type NudgeCommand = components["schemas"]["NudgeCommand"];
export type NudgeResult = components["schemas"]["NudgeResult"];
export type Number = components["schemas"]["Number"];
export type NumbersCommand = components["schemas"]["NumbersCommand"];
export type NumbersResult = components["schemas"]["NumbersResult"];
export type Own = components["schemas"]["Own"];
export type Pair = components["schemas"]["Pair"];
export type PauseCommand = components["schemas"]["PauseCommand"];
export type PingCommand = components["schemas"]["PingCommand"];
export type Place = components["schemas"]["Place"];
export type Places = components["schemas"]["Places"];
export type PlayCommand = components["schemas"]["PlayCommand"];
export type PlayRecipe = components["schemas"]["PlayRecipe"];
export type Playback = components["schemas"]["Playback"];
export type PointerCommand = components["schemas"]["PointerCommand"];
export type PrecisionCommand = components["schemas"]["PrecisionCommand"];
export type PrecisionCurve = components["schemas"]["PrecisionCurve"];
export type PrecisionPoint = components["schemas"]["PrecisionPoint"];
export type PrecisionResult = components["schemas"]["PrecisionResult"];
export type PredictCommand = components["schemas"]["PredictCommand"];
export type Prediction = components["schemas"]["Prediction"];
export type PresentCommand = components["schemas"]["PresentCommand"];
export type Preset = components["schemas"]["Preset"];
export type Problem = components["schemas"]["Problem"];
export type ProblemError = components["schemas"]["ProblemError"];
export type Progress = components["schemas"]["Progress"];
export type Pull = components["schemas"]["Pull"];
export type PytorchCommand = components["schemas"]["PytorchCommand"];
export type PytorchResult = components["schemas"]["PytorchResult"];
export type RevealCommand = components["schemas"]["RevealCommand"];
export type RisingCondition = components["schemas"]["RisingCondition"];
export type RoomAddress = components["schemas"]["RoomAddress"];
export type RoomAnswer = components["schemas"]["RoomAnswer"];
export type RoomAnswers = components["schemas"]["RoomAnswers"];
export type RoomClientMessage = components["schemas"]["RoomClientMessage"];
export type RoomCreated = components["schemas"]["RoomCreated"];
export type RoomInfo = components["schemas"]["RoomInfo"];
export type RoomJoined = components["schemas"]["RoomJoined"];
export type RoomPointer = components["schemas"]["RoomPointer"];
export type RoomQuestion = components["schemas"]["RoomQuestion"];
export type RoomServerMessage = components["schemas"]["RoomServerMessage"];
export type RoomSpread = components["schemas"]["RoomSpread"];
export type RoomState = components["schemas"]["RoomState"];
export type Run = components["schemas"]["Run"];
export type RunDifferences = components["schemas"]["RunDifferences"];
export type RunLayer = components["schemas"]["RunLayer"];
export type RunNumber = components["schemas"]["RunNumber"];
export type RunState = components["schemas"]["RunState"];
export type SampleCommand = components["schemas"]["SampleCommand"];
export type SampleResult = components["schemas"]["SampleResult"];
export type SceneCommand = components["schemas"]["SceneCommand"];
export type SceneResult = components["schemas"]["SceneResult"];
export type Scores = components["schemas"]["Scores"];
export type SeekCommand = components["schemas"]["SeekCommand"];
export type ServerMessage = components["schemas"]["ServerMessage"];
export type SessionInfo = components["schemas"]["SessionInfo"];
export type Snapshot = components["schemas"]["Snapshot"];
export type Source = components["schemas"]["Source"];
export type SpreadBin = components["schemas"]["SpreadBin"];
export type StalledCondition = components["schemas"]["StalledCondition"];
export type StateInfo = components["schemas"]["StateInfo"];
export type Step = components["schemas"]["Step"];
export type StepCommand = components["schemas"]["StepCommand"];
export type StepCondition = components["schemas"]["StepCondition"];
export type SubscribeCommand = components["schemas"]["SubscribeCommand"];
export type Summary = components["schemas"]["Summary"];
export type SweepCommand = components["schemas"]["SweepCommand"];
export type SweepResult = components["schemas"]["SweepResult"];
export type TakeOver = components["schemas"]["TakeOver"];
export type TakenOver = components["schemas"]["TakenOver"];
export type Tensor = components["schemas"]["Tensor"];
export type Term = components["schemas"]["Term"];
export type Text = components["schemas"]["Text"];
export type TokenAttention = components["schemas"]["TokenAttention"];
export type TokenCommand = components["schemas"]["TokenCommand"];
export type TokenResult = components["schemas"]["TokenResult"];
export type TokenStage = components["schemas"]["TokenStage"];
export type Traced = components["schemas"]["Traced"];
export type TrueBox = components["schemas"]["TrueBox"];
export type UndoCommand = components["schemas"]["UndoCommand"];
export type UnfoldCommand = components["schemas"]["UnfoldCommand"];
export type Unfolded = components["schemas"]["Unfolded"];
export type UnfoldedCell = components["schemas"]["UnfoldedCell"];
export type UnfoldedPart = components["schemas"]["UnfoldedPart"];
export type UpdateDetail = components["schemas"]["UpdateDetail"];
export type UsesCommand = components["schemas"]["UsesCommand"];
export type UsesResult = components["schemas"]["UsesResult"];
export type Welcome = components["schemas"]["Welcome"];
export type WriteCommand = components["schemas"]["WriteCommand"];
export type Written = components["schemas"]["Written"];

export interface DataList extends Array<Data> {}
