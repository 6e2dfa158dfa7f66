/** Commands of the request spool: at the end of what a session's log holds. */
import assert from "node:assert/strict";
import { NotNow } from "../../src/daemon/failure.ts";
import { createRequestedCommands, type RequestedCommands } from "../../src/daemon/requested_commands.ts";
import { createStepQueue, type StepQueue } from "../../src/daemon/step_queue.ts";
import type { RecordingRequest } from "../../src/protocol/request.ts";
import { until } from "./stage/until.ts";
import { checkpointAt, type CommandScene, metaOf, REF, withCommands } from "./stage/own_state.ts";

interface Scene extends CommandScene {
  readonly requested: RequestedCommands;
  readonly steps: StepQueue;
  readonly watched: string[];
  /** Time that requests wait, until it runs out. */
  readonly timers: (() => void)[];
  canWatch: boolean;
  /** Bytes of the log on disk. */
  size: number;
}

function withRequested(play: (scene: Scene) => Promise<void>): Promise<void> {
  return withCommands(async (commands) => {
    const watched: string[] = [];
    const timers: (() => void)[] = [];
    const steps = createStepQueue({ held: () => {}, freed: () => {}, after: () => () => {} });
    const scene: Scene = Object.assign(commands, {
      steps,
      watched,
      timers,
      canWatch: true,
      size: 10,
      requested: createRequestedCommands({
        context: commands.context,
        steps,
        watch({ session }) {
          watched.push(session);
          return scene.canWatch;
        },
        sizeOf: () => scene.size,
        after(_, call) {
          timers.push(call);
          return () => {};
        },
      }),
    });
    await play(scene);
  });
}

function request(own: Partial<RecordingRequest> = {}): RecordingRequest {
  return { v: 1, id: "00000000", verb: "record", ...REF, destination: "/exports/a.md", ...own };
}

/** The session was read to its end. */
function read(scene: Scene, size = scene.size, seq = 4): void {
  scene.context.sessions.advance(REF, checkpointAt(seq), size, metaOf(REF));
}

Deno.test("requested: a session that was read is recorded from its next event on", () =>
  withRequested(async (scene) => {
    scene.addSession();
    read(scene);
    const answer = await scene.requested.obey(request());
    assert.deepEqual([answer.id, answer.result, answer.reason, answer.destination], [
      "00000000",
      "done",
      "recording",
      "/exports/a.md",
    ]);
    assert.deepEqual([scene.watched, scene.timers], [["s"], []]);
    const { next, checkpoint } = scene.context.recordings.get(1);
    assert.deepEqual([next, checkpoint], [4, checkpointAt(4)]);
    assert.deepEqual(scene.audit.map(({ command, requested }) => [command, requested]), [
      ["kato record", "/exports/a.md"],
    ]);
    // Every request is news: what one recorded does not keep the next from being on record.
    await scene.requested.obey(request({ verb: "stop", destination: null }));
    await scene.requested.obey(request({ verb: "stop", destination: null }));
    assert.equal(scene.audit.filter(({ command }) => command === "kato stop").length, 2);
  }));

Deno.test("requested: a session that grew is read first, however many ask", () =>
  withRequested(async (scene) => {
    scene.addSession();
    read(scene, 5, 2);
    const answers = [scene.requested.obey(request()), scene.requested.obey(request({ id: "00000001" }))];
    await until("both wait", () => scene.timers.length === 2);
    assert.deepEqual(scene.context.recordings.active(), []);
    scene.requested.isCaughtUp({ provider: "codex", session: "t" });
    read(scene);
    scene.requested.isCaughtUp(REF);
    const [one, other] = await Promise.all(answers);
    assert.deepEqual([one?.reason, other?.reason], ["recording", "already-recording"]);
    assert.equal(scene.context.recordings.get(1).next, 4);
  }));

Deno.test("requested: a session that is not read in time is taken as far as it was read", () =>
  withRequested(async (scene) => {
    scene.addSession();
    read(scene, 5, 2);
    const answer = scene.requested.obey(request());
    await until("it waits", () => scene.timers.length === 1);
    scene.timers[0]?.();
    assert.equal((await answer).reason, "recording");
    assert.equal(scene.context.recordings.get(1).next, 2);
  }));

Deno.test("requested: a session that is not known, cannot be watched, or was never read, is refused", () =>
  withRequested(async (scene) => {
    const refused = async (own?: Partial<RecordingRequest>) => {
      const { id, result, reason, message } = await scene.requested.obey(request(own));
      assert.match(message, /There is no session s of codex/);
      return [id, result, reason];
    };
    assert.deepEqual(await refused(), ["00000000", "failed", "no-such-session"]);
    scene.addSession();
    const never = refused();
    await until("it waits", () => scene.timers.length === 1);
    scene.timers[0]?.();
    assert.deepEqual(await never, ["00000000", "failed", "no-such-session"]);
    scene.canWatch = false;
    assert.deepEqual(await refused(), ["00000000", "failed", "no-such-session"]);
    assert.deepEqual(scene.audit, []);
  }));

Deno.test("requested: a stop needs no log, only a session that was read once", () =>
  withRequested(async (scene) => {
    scene.addSession();
    scene.canWatch = false;
    const stop = request({ verb: "stop", destination: null });
    assert.equal((await scene.requested.obey(stop)).reason, "no-such-session");
    read(scene, 3);
    scene.addRecording();
    assert.equal((await scene.requested.obey(request())).reason, "no-such-session");
    assert.equal((await scene.requested.obey(stop)).reason, "stopped");
  }));

Deno.test("requested: a second stop gives up what the first one left to be written", () =>
  withRequested(async (scene) => {
    scene.addSession();
    read(scene);
    let asked = 0;
    scene.giveUp = () => {
      asked += 1;
      return Promise.resolve(1);
    };
    const { result, reason, destination } = await scene.requested.obey(
      request({ verb: "stop", destination: null }),
    );
    assert.deepEqual([result, reason, destination, asked], ["done", "given-up", null, 1]);
    await scene.requested.obey(request());
    assert.equal(asked, 1, "only a stop gives up");
  }));

Deno.test("requested: a stop gives up what waits for a session that never came", () =>
  withRequested(async (scene) => {
    scene.addSession();
    read(scene);
    scene.addRecording();
    scene.context.moves.take(
      { ...scene.context, recorded: new Set() },
      REF,
      { continues: "next", seq: 3 },
      0,
    );
    scene.stop(1);
    assert.equal((await scene.requested.obey(request({ destination: "/exports/b.md" }))).reason, "recording");
    const { result, reason } = await scene.requested.obey(request({ verb: "stop", destination: null }));
    assert.deepEqual([result, reason], ["done", "gave-up"]);
    assert.equal(
      (await scene.requested.obey(request({ verb: "stop", destination: null }))).reason,
      "stopped",
    );
  }));

Deno.test("requested: what cannot be done now is said, and what a session's line is held for, too", () =>
  withRequested(async (scene) => {
    scene.addSession();
    read(scene);
    scene.noRecord = new NotNow("the disk is full");
    const { id, result, reason, message } = await scene.requested.obey(request());
    assert.deepEqual([id, result, reason], ["00000000", "failed", "not-now"]);
    assert.match(message, /the disk is full/);
    scene.noRecord = null;
    scene.steps.take(REF, () => {
      throw new NotNow("a command waits");
    });
    assert.match((await scene.requested.obey(request())).message, /a command waits/);
  }));

Deno.test("requested: a bug is none of the asker's, and is thrown", () =>
  withRequested(async (scene) => {
    scene.addSession();
    read(scene);
    scene.noRecord = new TypeError("a bug");
    await assert.rejects(scene.requested.obey(request()), TypeError);
  }));
