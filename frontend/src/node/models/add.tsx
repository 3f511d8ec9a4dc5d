import { useState } from "react";
import type { Agent } from "../../lib/agent";
import type { ModelList, ModelPreview } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { useAct } from "../setup/act";
import { Field, Problem } from "../setup/frame";
import { Names } from "./disk";
import { memory, shortName, size } from "./words";

/** Adds a model: one that tasks often ask for, or any other by its name or address. */
export function AddDialog(props: {
  agent: Agent;
  list: ModelList;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useText();
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={t("models.add.title")} wide testId="add-model">
      {props.open && (
        <div className="grid gap-5">
          <Other agent={props.agent} onDone={() => props.onOpenChange(false)} />
          <Offers agent={props.agent} list={props.list} />
        </div>
      )}
    </Dialog>
  );
}

function Offers({ agent, list }: { agent: Agent; list: ModelList }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const offers = [...list.offers].sort((a, b) => Number(b.fits) - Number(a.fits));
  return (
    <section aria-labelledby="offers">
      <h3 id="offers" className="text-[13px] font-semibold text-soft">
        {t("models.add.offers")}
      </h3>
      {offers.length === 0 && <p className="mt-1.5 text-sm text-soft">{t("models.add.allHere")}</p>}
      <ul className="mt-1 divide-y divide-line">
        {offers.map((o) => {
          const name = shortName(o.id, t);
          return (
            <li key={o.id} data-testid="offer" className="flex items-center gap-4 py-2.5">
              <div className="min-w-0 flex-1">
                <p className="text-[15px] font-medium [overflow-wrap:anywhere]">{name}</p>
                <p className="numbers text-[13px] text-soft">
                  {t("models.add.offer", { kind: t(`models.kind.${o.kind}`), size: size(o.bytes) })}
                </p>
              </div>
              {o.fits ? (
                <Button
                  disabled={busy}
                  aria-label={t("models.add.getName", { name })}
                  onClick={() => act(() => agent.ask("fetchModel", o.id).then(() => {}))}
                >
                  {t("models.add.get")}
                </Button>
              ) : (
                <span className="text-end text-[13px] text-soft">{t("models.large")}</span>
              )}
            </li>
          );
        })}
      </ul>
      <Problem text={problem} />
    </section>
  );
}

function Other({ agent, onDone }: { agent: Agent; onDone: () => void }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [text, setText] = useState("");
  const [found, setFound] = useState<ModelPreview | null>(null);
  return (
    <form
      className="grid gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        void act(async () => {
          setFound(null);
          setFound(await agent.ask<ModelPreview>("lookUpModel", text));
        });
      }}
    >
      <div className="flex items-start gap-2.5">
        <div className="min-w-0 flex-1">
          <Field
            label={t("models.add.field")}
            help={t("models.add.help")}
            value={text}
            onChange={(e) => {
              setText(e.target.value);
              setFound(null);
            }}
          />
        </div>
        <Button type="submit" className="mt-[1.85rem] h-11" disabled={busy || text.trim() === ""}>
          {t(busy ? "models.add.looking" : "models.add.look")}
        </Button>
      </div>
      <Problem text={problem} />
      {found && (
        <Found
          model={found}
          busy={busy}
          onGet={() =>
            act(async () => {
              await agent.ask("fetchModel", text);
              onDone();
            })
          }
        />
      )}
    </form>
  );
}

function Found({ model: m, busy, onGet }: { model: ModelPreview; busy: boolean; onGet: () => void }) {
  const t = useText();
  const rows: [string, string][] = [[t("models.add.kind"), t(`models.kind.${m.kind}`)]];
  if (!m.here) rows.push([t("models.add.size"), size(m.missing)]);
  if (m.kind !== "part")
    rows.push([t("models.add.memory"), m.memory > 0 ? memory(m.memory) : t("models.add.memoryUnknown")]);
  if (m.file) rows.push([t("models.add.file"), m.file]);
  return (
    <div
      role="status"
      data-testid="found"
      className="grid gap-2 rounded-xl border border-line bg-sunken px-4 py-3 text-sm"
    >
      <p className="font-semibold [overflow-wrap:anywhere]">{m.name}</p>
      <dl className="numbers grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="[overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
      {m.here ? (
        <p>{t("models.add.isHere")}</p>
      ) : (
        <>
          {m.fits ? (
            <p className="text-good">{t("models.add.fits")}</p>
          ) : (
            <p className="text-wait">{t("models.add.large")}</p>
          )}
          {m.going.length > 0 && (
            <div>
              <p>{t("models.add.goes", { count: m.going.length })}</p>
              <Names ids={m.going} />
            </div>
          )}
          {m.over_limit && <p className="text-wait">{t("models.add.overLimit")}</p>}
          {m.short > 0 && <p className="text-wait">{t("models.add.short", { size: size(m.short) })}</p>}
          <div className="mt-1 flex justify-end">
            <Button kind={m.fits ? "primary" : "plain"} disabled={busy} onClick={onGet}>
              {t(m.fits ? "models.add.download" : "models.add.anyway")}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
