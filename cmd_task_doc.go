//go:build !desktop

package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/models"
	"helium/inference/gpt"
	"helium/inference/task"
)

// The commands of this file are for those who build applications: they say what
// the network makes of a document, and send nothing.

// maxDocument bounds what is read from a file or a pipe.
const maxDocument = 64 << 20

// readDocument reads a file, or standard input where it is called "-".
func readDocument(name string) ([]byte, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read document: %w", err)
		}
		defer f.Close()
		in = f
	}

	b, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	if err != nil {
		return nil, fmt.Errorf("read document %s: %w", docName(name), err)
	}
	if len(b) > maxDocument {
		return nil, fmt.Errorf("read document %s: it has more than %d MB", docName(name), maxDocument>>20)
	}
	return b, nil
}

func docName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// readTask reads a GPT task; the error names every field that is wrong.
func readTask(name string) (*task.GPT, error) {
	b, err := readDocument(name)
	if err != nil {
		return nil, err
	}
	t, problems := task.CheckGPT(b)
	if len(problems) == 0 {
		return t, nil
	}

	lines := []string{fmt.Sprintf("%s is not a GPT task:", docName(name))}
	for _, p := range problems {
		lines = append(lines, "  "+p.Error())
	}
	return nil, errors.New(strings.Join(lines, "\n"))
}

type taskCheckCmd struct {
	File string `arg:"" help:"Task document, JSON; - is standard input."`
	Type string `default:"gpt" help:"What kind of task it is: gpt." placeholder:"TYPE"`
}

// Help is what the command says of itself beyond one line.
func (taskCheckCmd) Help() string {
	return "Prints the document as the network reads it, in its one spelling with the defaults filled in, and keccak256 of that line. " +
		"If it is wrong, every field that is wrong is named and the exit status is 1."
}

func (c taskCheckCmd) Run(env *environment) error {
	if c.Type != "gpt" {
		return fmt.Errorf("--type %s: only gpt tasks can be checked yet", c.Type)
	}
	t, err := readTask(c.File)
	if err != nil {
		return err
	}
	normal := t.Normalised()
	fmt.Fprintf(env.stdout, "%s\nkeccak256 %s\n", normal, crypto.Keccak256Hash(normal))
	return nil
}

type taskPromptCmd struct {
	File     string `arg:"" help:"Task document, JSON; - is standard input."`
	Template string `help:"Jinja chat template to use in place of the model's." placeholder:"FILE"`
	BOS      string `name:"bos" help:"What bos_token is in that template; the model's if it is here." placeholder:"TEXT"`
	EOS      string `name:"eos" help:"What eos_token is in that template; the model's if it is here." placeholder:"TEXT"`
}

// Help is what the command says of itself beyond one line.
func (taskPromptCmd) Help() string {
	return "Prints the exact text that the model gets for the task, and no line end after it. " +
		"Without --template the model must be on this computer, for its own template; see helium model download."
}

func (c taskPromptCmd) Run(env *environment) error {
	t, err := readTask(c.File)
	if err != nil {
		return err
	}
	prompter, err := c.prompter(env, t.Model)
	if err != nil {
		return err
	}
	text, err := prompter.TaskPrompt(t)
	if err != nil {
		return fmt.Errorf("make prompt of %s: %w", docName(c.File), err)
	}
	_, err = io.WriteString(env.stdout, text)
	return err
}

// prompter is the model's, with what the flags put in its place.
func (c taskPromptCmd) prompter(env *environment, model string) (*gpt.Prompter, error) {
	p, err := modelPrompter(env, model)
	switch {
	case errors.Is(err, models.ErrNotHere) && c.Template != "":
		p = &gpt.Prompter{}
	case errors.Is(err, models.ErrNotHere):
		return nil, fmt.Errorf("%w, and its chat template is in its file: fetch it with helium model download, or give a template of your own with --template", err)
	case err != nil:
		return nil, err
	}

	if c.Template != "" {
		source, err := readDocument(c.Template)
		if err != nil {
			return nil, err
		}
		p.ForTools = nil
		if p.Template, err = gpt.CompileTemplate(string(source)); err != nil {
			return nil, fmt.Errorf("%s: %w", docName(c.Template), err)
		}
	}
	if c.BOS != "" {
		p.BOS = c.BOS
	}
	if c.EOS != "" {
		p.EOS = c.EOS
	}
	return p, nil
}

// modelPrompter is that of a model that is here.
func modelPrompter(env *environment, id string) (*gpt.Prompter, error) {
	library, err := openModels(env)
	if err != nil {
		return nil, err
	}
	f, err := library.Get(id)
	if err != nil {
		return nil, err
	}
	header, err := gpt.Describe(f.Path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return gpt.PrompterOf(header)
}

type taskDigestCmd struct {
	Files []string `arg:"" name:"file" help:"Responses, exactly as nodes give them; - is standard input."`
	Salt  string   `help:"The task's salt: 32 bytes as hex digits. It is in the task's receipt; zeros if not given." placeholder:"HEX"`
}

// Help is what the command says of itself beyond one line.
func (taskDigestCmd) Help() string {
	return "Prints, for each file, what stands on chain in its place: sha256 of the task's salt and the response's bytes. " +
		"A response has one spelling only; a file that has another, even one line end more, is refused."
}

func (c taskDigestCmd) Run(env *environment) error {
	salt, err := readSalt(c.Salt)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range c.Files {
		digest, err := digestFile(salt, name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		fmt.Fprintf(env.stdout, "0x%x  %s\n", digest, name)
	}
	return errors.Join(problems...)
}

func readSalt(text string) (salt [32]byte, err error) {
	if text == "" {
		return salt, nil
	}
	b, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err == nil && len(b) != len(salt) {
		err = fmt.Errorf("it has %d bytes", len(b))
	}
	if err != nil {
		return salt, fmt.Errorf("--salt: want 64 hex digits: %w", err)
	}
	return [32]byte(b), nil
}

func digestFile(salt [32]byte, name string) ([32]byte, error) {
	b, err := readDocument(name)
	if err != nil {
		return [32]byte{}, err
	}
	if kind := http.DetectContentType(b); strings.HasPrefix(kind, "image/") {
		return [32]byte{}, fmt.Errorf("%s is an image (%s): its digest is a perceptual hash, which this version can't compute yet", docName(name), kind)
	}
	if _, err := task.ParseResponse(b); err != nil {
		return [32]byte{}, fmt.Errorf("%s is not a response of a GPT task: %w", docName(name), err)
	}
	return task.GPTDigest(salt, b), nil
}
