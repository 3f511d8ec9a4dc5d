package diffusion

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/inversion"
	"helium/inference/diffusion/ldm"
	"helium/inference/diffusion/lora"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/tokenizer"
	"helium/inference/gpt"
	"helium/inference/task"
)

// layout is where a model's parts are: in a folder of diffusers or in one file.
type layout interface {
	// has says whether there is a part.
	has(part string) bool
	// config is a part's file of settings.
	config(part string) ([]byte, error)
	// tokens is a tokenizer.
	tokens(part string) (*tokenizer.Tokenizer, error)
	// tensors are a network's, to be closed before the layout.
	tensors(part string) (network.Tensors, error)
	close()
}

// openLayout finds out how a model is laid out. alone is the part that may lie in
// the folder itself, as where a VAE is published by itself; "" is none.
func openLayout(m Model, alone string) (layout, error) {
	info, err := os.Stat(m.Path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return folderOf(m, alone), nil
	}
	if m.Variant != "" {
		return nil, fmt.Errorf("%s is one file, which has no variant %.100s", filepath.Base(m.Path), m.Variant)
	}
	f, err := ldm.Open(m.Path)
	if err != nil {
		return nil, err
	}
	return single{f}, nil
}

// folder is a model in the layout of diffusers.
type folder struct {
	root    string
	variant string // of those parts that have it; "" is the plain one
	alone   string // the part that lies in root itself
}

func folderOf(m Model, alone string) folder {
	f := folder{root: m.Path, variant: m.Variant}
	if _, err := os.Stat(filepath.Join(m.Path, configFile(alone))); alone != "" && err == nil {
		f.alone = alone
	}
	return f
}

// dir is a part's folder in root, with slashes.
func (f folder) dir(part string) string {
	if part == f.alone {
		return ""
	}
	return part
}

func (f folder) path(part string) string { return filepath.Join(f.root, f.dir(part)) }

// configFile is the name of a part's settings.
func configFile(part string) string {
	switch part {
	case indexPart:
		return "model_index.json"
	case schedulerPart:
		return "scheduler_config.json"
	case extractorPart:
		return "preprocessor_config.json"
	}
	return "config.json"
}

// weightsFile is the name of a network's plain weights.
func weightsFile(part string) string {
	if strings.HasPrefix(part, textPart) || part == checkerPart {
		return checkpoint.WeightsFile
	}
	return network.WeightsFile
}

func (f folder) has(part string) bool {
	_, err := os.Stat(filepath.Join(f.path(part), configFile(part)))
	return err == nil
}

func (f folder) config(part string) ([]byte, error) {
	const limit = 1 << 20
	return checkpoint.ReadLimited(filepath.Join(f.path(part), configFile(part)), limit)
}

func (f folder) tokens(part string) (*tokenizer.Tokenizer, error) {
	return tokenizer.Read(f.path(part))
}

func (f folder) tensors(part string) (network.Tensors, error) {
	return checkpoint.OpenVariant(f.path(part), weightsFile(part), f.variantOf(part))
}

// variantOf is that of a part's weights. As in diffusers a part has the plain ones
// where only others have the variant.
func (f folder) variantOf(part string) string {
	_, err := checkpoint.VariantFiles(f.path(part), weightsFile(part), f.variant)
	if errors.Is(err, fs.ErrNotExist) && f.hasVariant() {
		return ""
	}
	return f.variant
}

// hasVariant says whether any part has the variant.
func (f folder) hasVariant() bool {
	parts, err := os.ReadDir(f.root)
	return err == nil && slices.ContainsFunc(parts, func(part fs.DirEntry) bool {
		if !part.IsDir() {
			return false
		}
		_, err := checkpoint.VariantFiles(filepath.Join(f.root, part.Name()), weightsFile(part.Name()), f.variant)
		return err == nil
	})
}

func (f folder) close() {}

// files lists all that the functions above read of a part, with slashes.
func (f folder) files(part string) ([]string, error) {
	names := []string{configFile(part)}
	var err error
	switch {
	case strings.HasPrefix(part, tokensPart):
		names, err = tokenizer.Files(f.path(part))
	case part == schedulerPart:
		_, err = os.Stat(filepath.Join(f.path(part), names[0]))
	case part == indexPart:
		if !f.has(part) { // as it may be
			return nil, nil
		}
	default:
		var weights []string
		weights, err = checkpoint.VariantFiles(f.path(part), weightsFile(part), f.variantOf(part))
		names = append(names, weights...)
	}
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		names[i] = path.Join(f.dir(part), name)
	}
	return names, nil
}

// optional lists what there is of a part that may be missing.
func (f folder) optional(part string) []string {
	if !f.has(part) {
		return nil
	}
	if files, err := f.files(part); err == nil && part == checkerPart {
		return files
	}
	return []string{path.Join(f.dir(part), configFile(part))}
}

// single is a model in one file, under the names of its parts in a folder.
type single struct{ file *ldm.File }

func (s single) has(part string) bool { return s.file.Has(part) }

func (s single) config(part string) ([]byte, error) {
	switch part {
	case indexPart:
		return nil, fs.ErrNotExist
	case schedulerPart:
		return s.file.Scheduler()
	}
	return s.file.Config(part)
}

func (s single) tokens(part string) (*tokenizer.Tokenizer, error) {
	return s.file.Tokenizer(textPart + strings.TrimPrefix(part, tokensPart))
}

func (s single) tensors(part string) (network.Tensors, error) { return s.file.Tensors(part), nil }

func (s single) close() { s.file.Close() }

// Files lists, for every model, the files that Open reads of it, all of which and
// nothing else decides what a task's images are: by their paths in the model's
// folder, with slashes and in alphabetical order, or the name of the one file. One
// that is there and not in a list of wanted files, or in that list and not there,
// makes another model. Nothing but indices of weights is read. The error is a
// *gpt.Error.
func Files(models Models) (map[task.ModelRole][]string, error) {
	all := map[task.ModelRole][]string{}
	for role, m := range models {
		files, err := filesOf(role, models)
		code := gpt.CodeCannotRun
		if errors.Is(err, fs.ErrNotExist) {
			code = gpt.CodeModelNotFound
		}
		if err != nil {
			return nil, fail(code, "list files of %s in %s: %w", role, m.Path, err)
		}
		slices.Sort(files)
		all[role] = files
	}
	return all, nil
}

func filesOf(role task.ModelRole, models Models) ([]string, error) {
	m := models[role]
	info, err := os.Stat(m.Path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{filepath.Base(m.Path)}, nil
	}
	switch role {
	case task.RoleLoRA:
		return oneFile(lora.File(m.Path))
	case task.RoleTextualInversion:
		return oneFile(inversion.File(m.Path))
	}

	f, parts, err := partsOf(role, models)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, part := range parts {
		own, err := f.files(part)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part, err)
		}
		files = append(files, own...)
	}
	for _, part := range optionalParts(role) {
		files = append(files, f.optional(part)...)
	}
	return files, nil
}

func oneFile(path string, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return []string{filepath.Base(path)}, nil
}

// partsOf are the parts of a model's folder that are read for its role.
func partsOf(role task.ModelRole, models Models) (folder, []string, error) {
	f := folderOf(models[role], aloneIn(role))
	switch role {
	case task.RoleUNet, task.RoleVAE, task.RoleControlNet:
		return f, []string{aloneIn(role)}, nil
	case task.RoleRefiner:
		return f, []string{indexPart, schedulerPart, unetPart}, nil
	}
	parts := []string{indexPart, schedulerPart}
	for _, ending := range endings(f) {
		parts = append(parts, tokensPart+ending, textPart+ending)
	}
	for part, role := range standIns() {
		if _, ok := models[role]; !ok {
			parts = append(parts, part)
		}
	}
	return f, parts, nil
}

// optionalParts are read as far as they are there: the safety checker, which only
// some tasks ask for, and of others the settings.
func optionalParts(role task.ModelRole) []string {
	switch role {
	case task.RoleBase:
		return []string{checkerPart, extractorPart}
	case task.RoleRefiner:
		return []string{decoderPart}
	}
	return nil
}

// kind is what a model is named for, and the part that may lie in its folder itself.
type kind struct {
	role  task.ModelRole
	alone string
}

// roles are those of the models that are laid out in parts.
func roles() []kind {
	return []kind{{task.RoleBase, ""}, {task.RoleUNet, unetPart}, {task.RoleVAE, decoderPart}, {task.RoleControlNet, controlPart}, {task.RoleRefiner, ""}}
}

func aloneIn(role task.ModelRole) string {
	for _, k := range roles() {
		if k.role == role {
			return k.alone
		}
	}
	return ""
}

// standIns are the models that take the place of one of the base model's parts.
func standIns() map[string]task.ModelRole {
	return map[string]task.ModelRole{unetPart: task.RoleUNet, decoderPart: task.RoleVAE}
}

// endings are those of the names of a model's text encoders.
func endings(l layout) []string {
	if l.has(textPart + second) {
		return []string{"", second}
	}
	return []string{""}
}
