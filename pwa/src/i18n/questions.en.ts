/** English words of what the review asks the floor: fetched with their screens. */
export const questionsEn = {
  title: "Questions of the review",
  gravities: { critical: "Critical", major: "Major", minor: "Minor" },
  ask: "Ask",
  askTitle: "Ask the floor",
  askHint: "Supervisors and those who worked there are told at once. The batch is not released until somebody has answered.",
  question: "Question",
  about: "About",
  whole: "The whole batch",
  send: "Send question",
  answer: "Answer",
  answerHint: "What happened, and where that is recorded",
  sendAnswer: "Record answer",
  waiting: "Waits for an answer",
  own: "Somebody else answers your question.",
  none: "Nothing has been asked about this batch.",
  network: "Sign in with the network to answer.",
};
