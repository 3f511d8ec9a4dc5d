/** A few things of which one is chosen, side by side. */
export function Segments<T extends string>(props: {
  label: string;
  name: string;
  options: [T, string][];
  chosen: T;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset className="flex min-w-0 rounded-lg border border-line bg-sunken p-0.5">
      <legend className="sr-only">{props.label}</legend>
      {props.options.map(([value, text]) => (
        <label
          key={value}
          className="touch flex h-8 cursor-pointer items-center justify-center rounded-md px-3 text-[13px] whitespace-nowrap text-soft transition-colors has-checked:bg-tint has-checked:font-medium has-checked:text-ink has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent max-sm:px-2.5"
        >
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={value === props.chosen}
            onChange={() => props.onChoose(value)}
            className="sr-only"
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
