// Two editors change one server through the generated Go client.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"reflect"

	"mcpsettings"
)

const name = "issues"

func main() {
	configuration := mcpsettings.NewConfiguration()
	configuration.Servers = mcpsettings.ServerConfigurations{{URL: os.Args[1]}}
	servers := mcpsettings.NewAPIClient(configuration).McpServersAPI
	ctx := context.WithValue(context.Background(), mcpsettings.ContextAccessToken, os.Args[2])

	// Create, and only create.
	config := mcpsettings.NewMcpServerConfig()
	config.SetCommand("uvx")
	config.SetArgs([]string{"issues-mcp"})
	config.SetEnv(map[string]string{"API_KEY": "a-secret"})
	create := servers.ReplaceMcpServer(ctx, name).McpServerConfig(*config).IfNoneMatch("*")
	_, response, err := create.Execute()
	expect(response, err, http.StatusCreated)
	_, response, err = create.Execute()
	expect(response, err, http.StatusPreconditionFailed)

	// Read.
	server, response, err := servers.GetMcpServer(ctx, name).Execute()
	expect(response, err, http.StatusOK)
	equal(server.Etag, response.Header.Get("ETag"))
	equal(server.Config["command"], "uvx")
	equal(server.Config["env"], map[string]interface{}{"API_KEY": "[REDACTED]"})

	// Two editors have read the same; the first one wins.
	change := mcpsettings.NewMcpServerConfigPatch()
	change.SetDescription("Finds issues")
	first, response, err := servers.PatchMcpServer(ctx, name).McpServerConfigPatch(*change).IfMatch(server.Etag).Execute()
	expect(response, err, http.StatusOK)
	change = mcpsettings.NewMcpServerConfigPatch()
	change.SetTimeout(30)
	_, response, err = servers.PatchMcpServer(ctx, name).McpServerConfigPatch(*change).IfMatch(server.Etag).Execute()
	expect(response, err, http.StatusPreconditionFailed)
	conflict := problem[mcpsettings.PreconditionFailedProblem](err)
	equal(conflict.Type, "/problems/precondition-failed")
	equal(conflict.GetCurrentEtag(), first.GetEtag())
	equal(conflict.GetCurrentEtag(), response.Header.Get("ETag"))
	equal(conflict.Changed, []string{"/timeout"})
	equal(conflict.Current["description"], "Finds issues")

	// The second one sees that nobody else changed the time-out, and tries again.
	equal(conflict.Current["timeout"], nil)
	merged, response, err := servers.PatchMcpServer(ctx, name).McpServerConfigPatch(*change).
		IfMatch(conflict.GetCurrentEtag()).Execute()
	expect(response, err, http.StatusOK)
	shown, response, err := servers.GetMcpServer(ctx, name).XExposeSecrets(mcpsettings.EXPOSESECRETS_PLAINTEXT).Execute()
	expect(response, err, http.StatusOK)
	equal(shown.Config, map[string]interface{}{
		"command":     "uvx",
		"args":        []interface{}{"issues-mcp"},
		"env":         map[string]interface{}{"API_KEY": "a-secret"},
		"description": "Finds issues",
		"timeout":     30.0,
	})

	// Nothing new is not sent again.
	_, response, err = servers.GetMcpServer(ctx, name).IfNoneMatch(merged.GetEtag()).Execute()
	expect(response, err, http.StatusNotModified)

	// Copy, its secret included, to a name that is free; then rename the copy.
	to := *mcpsettings.NewNewName("issues-copy")
	copied, response, err := servers.CopyMcpServer(ctx, name).NewName(to).IfMatch(merged.GetEtag()).Execute()
	expect(response, err, http.StatusCreated)
	equal(response.Header.Get("Location"), "/api/settings/mcp-servers/issues-copy")
	equal(copied.GetEtag(), response.Header.Get("ETag"))
	equal(copied.GetEtag() == merged.GetEtag(), false)
	_, response, err = servers.CopyMcpServer(ctx, name).NewName(to).Execute()
	expect(response, err, http.StatusConflict)
	equal(problem[mcpsettings.ConflictProblem](err).Type, "/problems/name-taken")
	renamed, response, err := servers.RenameMcpServer(ctx, to.To).NewName(*mcpsettings.NewNewName("issues-renamed")).
		IfMatch(copied.GetEtag()).Execute()
	expect(response, err, http.StatusOK)
	same, response, err := servers.GetMcpServer(ctx, renamed.Name).
		XExposeSecrets(mcpsettings.EXPOSESECRETS_PLAINTEXT).Execute()
	expect(response, err, http.StatusOK)
	equal(same.Config, shown.Config)

	// What is wrong is named.
	change.SetTimeout(-1)
	_, response, err = servers.PatchMcpServer(ctx, name).McpServerConfigPatch(*change).Execute()
	expect(response, err, http.StatusUnprocessableEntity)
	wrong := problem[mcpsettings.UnprocessableProblem](err)
	equal(wrong.Type, "/problems/invalid-config")
	equal(len(wrong.Errors), 1)
	equal(wrong.Errors[0].Pointer, "/timeout")

	// Delete; then there is no such server.
	response, err = servers.DeleteMcpServer(ctx, name).IfMatch(merged.GetEtag()).Execute()
	expect(response, err, http.StatusNoContent)
	_, response, err = servers.GetMcpServer(ctx, name).Execute()
	expect(response, err, http.StatusNotFound)
	missing := problem[mcpsettings.MissingProblem](err)
	equal(missing.Type, "/problems/unknown-server")
}

// expect ends the program unless this is the answer's status; the client makes an error of 300 and above.
func expect(response *http.Response, err error, status int) {
	if response == nil || response.StatusCode != status || (err != nil) != (status >= 300) {
		log.Output(2, "not the expected answer")
		log.Fatalf("%v, %v", response, err)
	}
}

func equal(found, expected interface{}) {
	if !reflect.DeepEqual(found, expected) {
		log.Output(2, "not the expected value")
		log.Fatalf("%#v is not %#v", found, expected)
	}
}

// problem is the decoded body of an answer that is an error.
func problem[P any](err error) P {
	answer, ok := err.(*mcpsettings.GenericOpenAPIError)
	if !ok {
		log.Fatalf("not an answer: %v", err)
	}
	decoded, ok := answer.Model().(P)
	if !ok {
		log.Fatalf("%T is another type: %v", answer.Model(), answer.Error())
	}
	return decoded
}
