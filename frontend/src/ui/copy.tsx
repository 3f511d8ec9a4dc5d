import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText, shortHex } from "../lib/format";
import { useText } from "../lib/i18n";
import { IconButton } from "./button";

/** Copies a text and says so in place. `what` names it for those who hear the page. */
export function CopyButton({ text, what, className }: { text: string; what: string; className?: string }) {
  return <CopyAction copy={() => copyText(text)} what={what} className={className} />;
}

/** Copies whatever `copy` does, which says whether it could. */
export function CopyAction(props: { copy: () => Promise<boolean>; what: string; className?: string }) {
  const { copy, what, className } = props;
  const t = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      className={className}
      label={copied ? t("copied") : t("copy", { what })}
      onClick={async () => setCopied(await copy())}
    >
      {copied ? <Check className="text-good" /> : <Copy />}
    </IconButton>
  );
}

/** An address or hash, shortened, that is copied whole. */
export function Hex({ value, what }: { value: string; what: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-0.5">
      <code className="numbers whitespace-nowrap font-mono text-[13px]" title={value}>
        {shortHex(value)}
      </code>
      <CopyButton text={value} what={what} className="size-7 [&_svg]:size-3.5" />
    </span>
  );
}
