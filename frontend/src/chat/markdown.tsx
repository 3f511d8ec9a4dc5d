import { Children, isValidElement, memo, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { useText } from "../lib/i18n";
import { CopyButton } from "../ui/copy";

interface Props {
  text: string;
  growing: boolean;
}

/**
 * The text of an answer. HTML inside it is shown as text, pictures are not
 * loaded (a picture's address can carry what was said to a stranger), and
 * links open elsewhere without saying where from.
 */
export default function Markdown(props: Props) {
  return <Read {...props} />;
}

// In a long conversation every word of the newest answer would otherwise have all of them read again.
const Read = memo(({ text, growing }: Props) => (
  <div className={growing ? "growing" : undefined}>
    <ReactMarkdown remarkPlugins={[remarkGfm]} components={components}>
      {text}
    </ReactMarkdown>
  </div>
));

const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ alt, src }) => (
    <a href={typeof src === "string" ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">
      {alt || (typeof src === "string" ? src : "")}
    </a>
  ),
  input: ({ checked }) => <Ticked checked={checked === true} />,
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  // Each is written from the side of its own language; single paragraphs are by the style sheet.
  ul: ({ children, className }) => (
    <ul dir="auto" className={className}>
      {children}
    </ul>
  ),
  ol: ({ children, start }) => (
    <ol dir="auto" start={start}>
      {children}
    </ol>
  ),
  blockquote: ({ children }) => <blockquote dir="auto">{children}</blockquote>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
    <div className="overflow-x-auto" tabIndex={0}>
      <table dir="auto">{children}</table>
    </div>
  ),
};

function Ticked({ checked }: { checked: boolean }) {
  const t = useText();
  return (
    <input type="checkbox" checked={checked} disabled aria-label={t(checked ? "message.ticked" : "message.unticked")} />
  );
}

function CodeBlock({ children }: { children: ReactNode }) {
  const t = useText();
  const code = Children.toArray(children).find(isValidElement<{ className?: string; children?: ReactNode }>);
  const language = /language-([\w+#-]+)/.exec(code?.props.className ?? "")?.[1] ?? "";
  const source = String(code?.props.children ?? "").replace(/\n$/, "");
  return (
    <figure className="overflow-hidden rounded-xl border border-line bg-sunken">
      <figcaption className="flex items-center justify-between border-b border-line ps-4 pe-1.5 text-xs text-soft">
        {language || t("message.codeCopy")}
        <CopyButton text={source} what={t("message.codeCopy")} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
      <pre tabIndex={0} className="overflow-x-auto p-4 font-mono text-[13px] leading-relaxed">
        <code>{source}</code>
      </pre>
    </figure>
  );
}
