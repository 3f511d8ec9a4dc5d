import { Check, LoaderCircle } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import type { SetDownloads } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Field, Problem } from "../setup/frame";
import { Part } from "./part";

/** How models are fetched. Secrets go in and never come back. */
export function DownloadsPart({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const saving = useAct();
  const checking = useAct();
  const [done, setDone] = useState<"saved" | "answers" | null>(null);
  const { proxy, proxy_login, endpoint, token, secrets_in } = state.settings.downloads;
  const fresh = { proxy, endpoint, name: "", password: "", token: "" };
  const [form, setForm] = useState(fresh);
  // What is kept may be changed elsewhere.
  useEffect(() => setForm((f) => ({ ...f, proxy, endpoint })), [proxy, endpoint]);
  const put = (field: keyof typeof form) => ({
    value: form[field],
    disabled: stale,
    onChange: (e: { target: { value: string } }) => {
      setDone(null);
      setForm({ ...form, [field]: e.target.value });
    },
  });
  const save = (change: Partial<SetDownloads>) =>
    saving.act(async () => {
      setDone(null);
      const whole: SetDownloads = { proxy: form.proxy, endpoint: form.endpoint, ...change };
      await agent.ask("setDownloads", whole);
      setForm((f) => ({ ...f, name: "", password: "", token: "" }));
      setDone("saved");
    });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void save({
      ...(form.name !== "" && { login: { name: form.name, password: form.password } }),
      ...(form.token !== "" && { token: form.token }),
    });
  };
  const check = () =>
    checking.act(async () => {
      setDone(null);
      await agent.ask("checkDownloads");
      setDone("answers");
    });
  const changed = Object.entries(form).some(([name, value]) => value !== fresh[name as keyof typeof fresh]);
  const busy = saving.busy || checking.busy;
  return (
    <Part title={t("settings.downloads")} text={t("settings.downloads.text")} testId="downloads">
      <form onSubmit={submit} className="grid gap-4">
        <Field
          label={t("settings.proxy")}
          help={t("settings.proxy.help")}
          placeholder="http://proxy.example:8080"
          inputMode="url"
          {...put("proxy")}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("settings.proxy.name")} {...put("name")} />
          <Field
            type="password"
            label={t("settings.proxy.password")}
            autoComplete="new-password"
            {...put("password")}
          />
        </div>
        {proxy_login && (
          <Kept
            text={t(secrets_in === "keychain" ? "settings.proxy.kept.keychain" : "settings.proxy.kept.file")}
            action={t("settings.forget")}
            label={t("settings.proxy.forget")}
            disabled={busy || stale}
            onForget={() => save({ login: { name: "", password: "" } })}
          />
        )}
        <Field
          label={t("settings.mirror")}
          help={t("settings.mirror.help")}
          placeholder="https://huggingface.co"
          inputMode="url"
          {...put("endpoint")}
        />
        <Field
          type="password"
          label={t("settings.token")}
          help={t("settings.token.help")}
          autoComplete="new-password"
          {...put("token")}
        />
        {token && (
          <Kept
            text={t(secrets_in === "keychain" ? "settings.token.kept.keychain" : "settings.token.kept.file")}
            action={t("settings.forget")}
            label={t("settings.token.forget")}
            disabled={busy || stale}
            onForget={() => save({ token: "" })}
          />
        )}
        <Problem text={saving.problem || checking.problem} />
        <div className="flex flex-wrap items-center justify-end gap-3">
          <p className="me-auto inline-flex items-center gap-1.5 text-sm text-good" role="status">
            {done && <Check className="size-4" />}
            {done && t(done === "saved" ? "settings.saved" : "settings.downloads.answers")}
          </p>
          <Button disabled={busy || stale || changed} onClick={check}>
            {checking.busy && <LoaderCircle className="size-4 animate-turn" />}
            {t("settings.downloads.check")}
          </Button>
          <Button type="submit" kind="primary" disabled={busy || stale || !changed}>
            {saving.busy && <LoaderCircle className="size-4 animate-turn" />}
            {t("settings.save")}
          </Button>
        </div>
      </form>
    </Part>
  );
}

function Kept(props: { text: string; action: string; label: string; disabled: boolean; onForget: () => void }) {
  return (
    <p className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-sunken px-3.5 py-2 text-[13px]">
      {props.text}
      <Button
        kind="quiet"
        className="h-7.5 px-2.5"
        aria-label={props.label}
        disabled={props.disabled}
        onClick={props.onForget}
      >
        {props.action}
      </Button>
    </p>
  );
}
