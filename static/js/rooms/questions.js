// Questions on a page: whatever card asks for one gets it from the server, and its answers judged. It counts none.

import { judgeAnswer, readQuestion } from "../calls/classes.js";
import "../shared/question-card.js";
import { attempt } from "./notice.js";

/** Serves every <question-card> of the page, those to come too; each emits `answered` {kind, seed, answer, right}. */
export function connectQuestions() {
  document.addEventListener("ask", ({ target, detail: { kind, seed } }) =>
    serve(target, async () => target.show(await readQuestion(kind, seed))),
  );
  document.addEventListener("answer", ({ target, detail: { kind, seed, answer } }) =>
    serve(target, async () => target.judge(answer, await judgeAnswer(kind, seed, answer))),
  );
}

/** What could not be had is told in the page, and may be asked for again. */
async function serve(card, work) {
  if (!(await attempt(work))) card.wait();
}
