/** Questions of the model with the person's answers: each question stands once. */
import type { Outcome, Page } from "./page.ts";
import type { Block } from "./tool_view.ts";

export interface Asked {
  readonly question: string;
  readonly options: readonly string[];
}

export interface Answer extends Asked {
  readonly answer: string | null;
  readonly note: string;
}

/** Plain JSON, part of the renderer's state. */
export interface Questions {
  readonly asked: readonly Asked[];
  readonly answers: (Answer | null)[];
  isOver: boolean;
}

/** The questions of a call, from its view. */
export function questionsIn(blocks: readonly Block[]): Questions {
  const asked = blocks.flatMap((block) =>
    block.block === "question" ? [{ question: block.question, options: block.options }] : []
  );
  return { asked, answers: asked.map(() => null), isOver: false };
}

/** Notes an answer to one of the questions. Whether there is such a question. */
export function answerOf({ asked, answers }: Questions, answer: Answer): boolean {
  const at = asked.findIndex(({ question }, index) =>
    answers[index] === null && question.trim() === answer.question.trim()
  );
  if (at === -1) return false;
  answers[at] = answer;
  return true;
}

export function isAnswered({ answers, isOver }: Questions): boolean {
  return isOver || !answers.includes(null);
}

/** The options stand as the call has them, with their descriptions. The client's words about the answers are left out. */
export function showQuestions(
  page: Page,
  { asked, answers }: Questions,
  summary: string,
  outcome: Outcome,
): string {
  const shown = asked.map(({ question, options }, index) => {
    const given = answers[index];
    return page.decision(question, options, given?.answer ?? null, given?.note ?? "");
  }).join("");
  const isTold = outcome.outcome !== "result" || !answers.includes(null) ||
    (outcome.body === "" && !outcome.error && outcome.state === undefined);
  return isTold ? shown : shown + page.lateResult(summary, outcome);
}
