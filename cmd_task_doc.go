//go:build !desktop

package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/diffusion"
	"helium/inference/gpt"
	"helium/inference/imagehash"
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

// readGPT reads a GPT task; the error names every field that is wrong.
func readGPT(name string) (*task.GPT, error) {
	b, err := readDocument(name)
	if err != nil {
		return nil, err
	}
	t, problems := task.CheckGPT(b)
	return t, fieldErrors(docName(name)+" is not a GPT task", problems)
}

// readSD reads a Stable Diffusion task, as readGPT does.
func readSD(name string) (*task.SD, error) {
	b, err := readDocument(name)
	if err != nil {
		return nil, err
	}
	t, problems := task.CheckSD(b)
	return t, fieldErrors(docName(name)+" is not a Stable Diffusion task", problems)
}

func fieldErrors(verdict string, problems []*task.FieldError) error {
	if len(problems) == 0 {
		return nil
	}
	lines := []string{verdict + ":"}
	for _, p := range problems {
		lines = append(lines, "  "+p.Error())
	}
	return errors.New(strings.Join(lines, "\n"))
}

type taskCheckCmd struct {
	File string `arg:"" help:"Task document, JSON; - is standard input."`
	Type string `default:"gpt" enum:"gpt,sd" help:"What kind of task it is: gpt or sd." placeholder:"TYPE"`
}

// Help is what the command says of itself beyond one line.
func (taskCheckCmd) Help() string {
	return "Prints the document as the network reads it, in its one spelling with the defaults filled in, and keccak256 of that line. " +
		"If it is wrong, every field that is wrong is named and the exit status is 1. " +
		"A Stable Diffusion task may be right and ask for more than nodes run; then this is said below it."
}

func (c taskCheckCmd) Run(env *environment) error {
	if c.Type == "sd" {
		t, err := readSD(c.File)
		if err != nil {
			return err
		}
		printNormalised(env.stdout, t.Normalised())
		if refused := fieldErrors("Nodes refuse it", t.Refusals()); refused != nil {
			fmt.Fprintln(env.stdout, refused)
		} else if err := notRun(t); err != nil {
			fmt.Fprintf(env.stdout, "Nodes refuse it:\n  %s\n", err)
		}
		return nil
	}

	t, err := readGPT(c.File)
	if err != nil {
		return err
	}
	printNormalised(env.stdout, t.Normalised())
	return nil
}

// notRun says why no node would run a task, whatever its models; nil if one would.
func notRun(t *task.SD) error {
	var refused *gpt.Error
	if errors.As(diffusion.Check(t), &refused) {
		return refused.Err
	}
	return nil
}

func printNormalised(w io.Writer, normal []byte) {
	fmt.Fprintf(w, "%s\nkeccak256 %s\n", normal, crypto.Keccak256Hash(normal))
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
	t, err := readGPT(c.File)
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
	Files []string `arg:"" name:"file" help:"Responses, exactly as nodes give them, or the images of one task in their order; - is standard input."`
	Salt  string   `help:"The task's salt: 32 bytes as hex digits. It is in the task's receipt; zeros if not given." placeholder:"HEX"`
}

// Help is what the command says of itself beyond one line.
func (taskDigestCmd) Help() string {
	return "Prints, for each response, what stands on chain in its place: sha256 of the task's salt and the response's bytes. " +
		"A response has one spelling only; a file that has another, even one line end more, is refused. " +
		"Images, PNG as nodes give them, have one line together: 8 bytes for each, its perceptual hash, masked with a hash of the salt and its place. " +
		"What a node made of the same task differs in fewer than 5 bits an image."
}

func (c taskDigestCmd) Run(env *environment) error {
	salt, err := readSalt(c.Salt)
	if err != nil {
		return err
	}
	var images []document
	var problems []error
	for _, name := range c.Files {
		b, err := readDocument(name)
		switch {
		case err != nil:
			problems = append(problems, err)
		case strings.HasPrefix(http.DetectContentType(b), "image/"):
			images = append(images, document{name, b})
		default:
			problems = append(problems, printResponse(env.stdout, salt, document{name, b}))
		}
	}
	problems = append(problems, printImages(env.stdout, salt, images))
	return errors.Join(problems...)
}

// document is a file that was read.
type document struct {
	name string
	data []byte
}

func (d document) hash() (imagehash.Hash, error) {
	img, err := imagehash.ReadPNG(d.data)
	if err != nil {
		return 0, fmt.Errorf("%s is not an image of a task: %w", docName(d.name), err)
	}
	return imagehash.Of(img), nil
}

func printResponse(w io.Writer, salt [32]byte, d document) error {
	if _, err := task.ParseResponse(d.data); err != nil {
		return fmt.Errorf("%s is not a response of a GPT task: %w", docName(d.name), err)
	}
	_, err := fmt.Fprintf(w, "0x%x  %s\n", task.GPTDigest(salt, d.data), d.name)
	return err
}

// printImages prints nothing where one image is wrong: the others alone are
// another result.
func printImages(w io.Writer, salt [32]byte, images []document) error {
	if len(images) == 0 {
		return nil
	}
	if len(images) > task.MaxImages {
		return fmt.Errorf("%d images are too many: a task has at most %d", len(images), task.MaxImages)
	}
	var hashes []imagehash.Hash
	var names []string
	var problems []error
	for _, d := range images {
		hash, err := d.hash()
		if err != nil {
			problems = append(problems, err)
			continue
		}
		hashes, names = append(hashes, hash), append(names, d.name)
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	_, err := fmt.Fprintf(w, "0x%x  %s\n", task.SDDigest(salt, hashes), strings.Join(names, " "))
	return err
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

// sameAnswer compares a text with the answers of a receipt. Editors end a file with
// a line break that the answer didn't have.
func sameAnswer(r protocol.Receipt, name string) error {
	if r.Response == "" {
		return fmt.Errorf("%w: it holds no text to compare %s with", creator.ErrWrong, name)
	}
	response, err := task.ParseResponse([]byte(r.Response))
	if err != nil {
		return fmt.Errorf("read response of the receipt: %w", err)
	}
	data, err := readDocument(name)
	if err != nil {
		return err
	}
	for _, choice := range response.Choices {
		rest, same := strings.CutPrefix(string(data), choice.Content)
		if same && (rest == "" || rest == "\n" || rest == "\r\n") {
			return nil
		}
	}
	return fmt.Errorf("%w: %s is not the text that the nodes agreed on", creator.ErrWrong, name)
}

// sameImages compares files with the images of a receipt.
func sameImages(r protocol.Receipt, names []string) error {
	if len(names) != len(r.Images) {
		return fmt.Errorf("%w: it speaks of %d images, and %d files were given", creator.ErrWrong, len(r.Images), len(names))
	}
	for i, name := range names {
		data, err := readDocument(name)
		if err != nil {
			return err
		}
		hash, err := document{name, data}.hash()
		if err != nil {
			return err
		}
		if own := imagehash.Hash(binary.BigEndian.Uint64(r.Images[i])); own != hash {
			return fmt.Errorf("%w: the hash of %s is %s, that of image %d is %s", creator.ErrWrong, name, hash, i, own)
		}
	}
	return nil
}
