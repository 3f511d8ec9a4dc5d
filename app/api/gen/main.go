// Command gen writes the JSON Schema of every value that reaches a page: the
// agent's state, the estimate and the receipt of a task. The pages' TypeScript types are made
// from that schema, so no shape is copied by hand; a test fails when the
// checked-in schema is not what this program would write now.
//
// It also writes the English catalog of what the agent says in phrases, from which
// the pages' other languages are translated.
//
// Run it from the repository's root: go run ./app/api/gen
package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"helium/app/api"
	"helium/app/shelf"
	"helium/backend/bridge"
	"helium/backend/models"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/yield"
)

// schemaFile is where the schema is kept, from the repository's root.
const schemaFile = "frontend/src/lib/api.schema.json"

// Pages are the values the pages are sent and send; each field becomes a TypeScript type.
type Pages struct {
	State    api.State        `json:"state"`
	Estimate bridge.Estimate  `json:"estimate"`
	Receipt  protocol.Receipt `json:"receipt"`

	Draft   api.DraftPhrase   `json:"draft"`
	Create  api.CreateWallet  `json:"create"`
	Import  api.ImportWallet  `json:"import"`
	Network api.ChooseNetwork `json:"network"`

	Downloads    api.SetDownloads   `json:"downloads"`
	Check        api.NetworkCheck   `json:"check"`
	Line         api.LogLine        `json:"line"`
	Power        api.PowerChoice    `json:"power"`
	Send         api.SendCNX        `json:"send"`
	Cost         api.SendCost       `json:"cost"`
	Payout       api.SetPayout      `json:"payout"`
	ReasonCode   api.ReasonCode     `json:"reason_code"`
	NoticeCode   api.NoticeCode     `json:"notice_code"`
	Earnings     api.EarningsReport `json:"earnings"`
	TasksQuery   api.TasksQuery     `json:"tasks_query"`
	TasksPage    api.TasksPage      `json:"tasks_page"`
	TaskReceipt  api.TaskReceipt    `json:"task_receipt"`
	CSV          api.CSVPart        `json:"csv"`
	Models       api.ModelList      `json:"models"`
	ModelPreview api.ModelPreview   `json:"model_preview"`
	ModelLimit   api.LimitPreview   `json:"model_limit"`
	ModelFolder  api.FolderPreview  `json:"model_folder"`
}

func main() {
	schema, err := generate(".")
	if err == nil {
		err = os.WriteFile(schemaFile, schema, 0o644)
	}
	var said []byte
	if err == nil {
		said, err = phrases(".")
	}
	if err == nil {
		err = os.WriteFile(phrasesFile, said, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "write the pages' schema:", err)
		os.Exit(1)
	}
}

// enumerations are the types of which only their constants are values, each with the
// source that has them.
func enumerations() map[reflect.Type]string {
	return map[reflect.Type]string{
		reflect.TypeFor[api.NodeStatus]():     "app/api/api.go",
		reflect.TypeFor[yield.Code]():         "backend/yield/rules.go",
		reflect.TypeFor[api.PowerMode]():      "app/api/computer.go",
		reflect.TypeFor[api.SetupStep]():      "app/api/setup.go",
		reflect.TypeFor[api.DesktopChoice]():  "app/api/desktop.go",
		reflect.TypeFor[api.UnableWhy]():      "app/api/desktop.go",
		reflect.TypeFor[api.Appearance]():     "app/api/settings.go",
		reflect.TypeFor[api.TransferState]():  "app/api/wallet.go",
		reflect.TypeFor[api.ReasonCode]():     "app/api/reasons.go",
		reflect.TypeFor[api.NoticeCode]():     "app/api/reasons.go",
		reflect.TypeFor[api.EarningsRange]():  "app/api/earnings.go",
		reflect.TypeFor[api.EarningsStep]():   "app/api/earnings.go",
		reflect.TypeFor[api.TaskKind]():       "app/api/earnings.go",
		reflect.TypeFor[api.DownloadStatus](): "app/api/models.go",
		reflect.TypeFor[api.WhyModel]():       "app/api/models.go",
		reflect.TypeFor[api.ModelKind]():      "app/api/models.go",
	}
}

// generate returns the schema of Pages, with the comments and constants of the
// sources below root.
func generate(root string) ([]byte, error) {
	words := map[reflect.Type][]any{}
	for t, file := range enumerations() {
		var err error
		if words[t], err = constantsOf(root+"/"+file, t.Name()); err != nil {
			return nil, err
		}
	}
	codes := reflect.TypeFor[api.ReasonCode]()
	for _, code := range node.ReasonCodes() {
		words[codes] = append(words[codes], code)
	}

	notices := reflect.TypeFor[api.NoticeCode]()
	for _, code := range slices.Concat(models.ReasonCodes(), shelf.ReasonCodes()) {
		words[notices] = append(words[notices], code)
	}

	r := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true}
	for _, dir := range []string{"app/api", "backend/bridge", "backend/protocol", "backend/yield"} {
		if err := addComments(&r, root, dir); err != nil {
			return nil, err
		}
	}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema {
		switch {
		case words[t] != nil:
			return &jsonschema.Schema{Type: "string", Enum: words[t]}
		case t == reflect.TypeFor[time.Time]():
			return &jsonschema.Schema{Type: "string", Format: "date-time"}
		case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextMarshaler]()):
			// Amounts, addresses and hashes: encoding/json writes their text.
			return &jsonschema.Schema{Type: "string"}
		}
		return nil
	}

	schema := r.Reflect(&Pages{})
	// Its package has one name as a program and another in its test.
	schema.Description = "What the pages are sent."
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	return append(out, '\n'), nil
}

// addComments gives the fields their comments. The reflector wants paths below
// the working folder, so that import paths can be told from them.
func addComments(r *jsonschema.Reflector, root, dir string) error {
	back, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("read comments: %w", err)
	}
	if err := os.Chdir(root); err != nil {
		return fmt.Errorf("read comments: %w", err)
	}
	defer os.Chdir(back)
	if err := r.AddGoComments("helium", "./"+dir); err != nil {
		return fmt.Errorf("read comments of %s: %w", dir, err)
	}
	return nil
}

// constantsOf lists the string constants of one type, in the order of the source.
func constantsOf(file, typ string) ([]any, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	var values []any
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		name, ok := spec.Type.(*ast.Ident)
		lit, isLit := spec.Values[0].(*ast.BasicLit)
		if !ok || !isLit || name.Name != typ {
			return true
		}
		if s, err := strconv.Unquote(lit.Value); err == nil {
			values = append(values, strings.TrimSpace(s))
		}
		return true
	})
	if len(values) == 0 {
		return nil, fmt.Errorf("no constants of type %s in %s", typ, file)
	}
	return values, nil
}
