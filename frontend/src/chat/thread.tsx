import { ArrowDown } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { AskParams, Model } from "../lib/chat";
import { type AnswerMessage, type Conversation, questionOf } from "../lib/conversations";
import { useText } from "../lib/i18n";
import { IconButton } from "../ui/button";
import { AnswerView } from "./answer-view";
import { type Desk, type DeskView, isAwaited } from "./desk";
import { Question } from "./question";
import { paramsOf, type Settings } from "./settings";

interface Props {
  conversation: Conversation;
  desk: Desk;
  view: DeskView;
  settings: Settings;
  /** The chosen one; undefined when none can be run. */
  model?: Model;
}

/** The questions and answers of one conversation. Follows the newest text while the reader is at the end of it. */
export function Thread({ conversation, desk, view, settings, model }: Props) {
  const t = useText();
  const area = useRef<HTMLElement>(null);
  const [follows, setFollows] = useState(true);
  const { id, messages } = conversation;
  // Pictures are made anew as pictures, and texts as texts, whatever is chosen for the next question.
  const again = (m: AnswerMessage | undefined): AskParams => {
    const makes = m?.answer.pictures ? "images" : "text";
    return paramsOf(settings, m && model?.makes !== makes ? { id: m.model, makes } : model);
  };

  // What is said about an answer comes and goes with the view, also while its text stays as it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes may make the thread longer
  useLayoutEffect(() => {
    if (follows) area.current?.scrollTo({ top: area.current.scrollHeight });
  }, [follows, messages, view]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new question is what brings the reader to the end
  useEffect(() => setFollows(true), [messages.length]);

  // A phone's keyboard, or a turned phone, leaves the reader at the end too.
  useEffect(() => {
    const at = area.current;
    if (!at || !follows) return;
    const resized = new ResizeObserver(() => at.scrollTo({ top: at.scrollHeight }));
    resized.observe(at);
    return () => resized.disconnect();
  }, [follows]);

  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={area}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
        tabIndex={0}
        aria-label={conversation.title}
        onScroll={(e) => {
          const { scrollHeight, scrollTop, clientHeight } = e.currentTarget;
          setFollows(scrollHeight - scrollTop - clientHeight < 60);
        }}
        className="h-full overflow-y-auto px-4 outline-offset-[-2px] sm:px-5"
      >
        <ol className="mx-auto grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] gap-7 pt-6 pb-8">
          {messages.map((m, i) => (
            <li key={m.id}>
              {m.role === "user" ? (
                <Question
                  message={m}
                  onEdit={model && ((text) => desk.edit(id, m.id, text, again(answerTo(messages, i))))}
                />
              ) : (
                <AnswerView
                  message={m}
                  question={questionOf(conversation, m.id)}
                  files={view.pictures.get(m.id)}
                  onShow={() => void desk.showPictures(id, m)}
                  streaming={isAwaited(m, view)}
                  last={i === messages.length - 1}
                  onRetry={model && (() => desk.retry(id, m.id, again(m)))}
                  onWhole={() => desk.fetchWhole(id, m.id)}
                />
              )}
            </li>
          ))}
        </ol>
      </section>
      {!follows && (
        <IconButton
          label={t("message.newest")}
          className="absolute bottom-3 left-1/2 size-9 -translate-x-1/2 rounded-full border border-line bg-card shadow-float"
          onClick={() => area.current?.scrollTo({ top: area.current.scrollHeight, behavior: "smooth" })}
        >
          <ArrowDown />
        </IconButton>
      )}
    </div>
  );
}

function answerTo(messages: Conversation["messages"], i: number): AnswerMessage | undefined {
  const next = messages[i + 1];
  return next?.role === "assistant" ? next : undefined;
}
