{{/*
Who may ask the mapper. A release that did not look at its callers goes on letting all of them in, until somebody decides otherwise:
else an upgrade would lock out agents and scripts that send no token.
*/}}
{{- define "network-mapper.authMode" -}}
{{- $mode := .Values.mapper.auth.mode -}}
{{- if $mode -}}
  {{- $mode -}}
{{- else -}}
  {{- $before := "" -}}
  {{- $deployment := dict -}}
  {{- if .Release.IsUpgrade -}}
    {{- $deployment = lookup "apps/v1" "Deployment" .Release.Namespace "otterize-network-mapper" -}}
  {{- end -}}
  {{- range dig "spec" "template" "spec" "containers" list (default dict $deployment) -}}
    {{- range .env -}}
      {{- if eq .name "OTTERIZE_API_AUTH" -}}{{- $before = .value -}}{{- end -}}
    {{- end -}}
  {{- end -}}
  {{- ternary "permissive" "required" (and (not (empty $deployment)) (ne $before "required")) -}}
{{- end -}}
{{- end }}

{{/* Of a pod; OpenShift chooses ids itself, and refuses pods with others: (list . .Values.mapper) */}}
{{- define "network-mapper.podSecurityContext" -}}
{{- $context := deepCopy (default dict (index . 1).podSecurityContext) -}}
{{- if (index . 0).Values.global.openshift -}}
{{- $context = omit $context "runAsUser" "runAsGroup" "fsGroup" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end }}

{{- define "network-mapper.getsAll" -}}
{{- $global := .Values.global.allowGetAllResources -}}
{{- if kindIs "invalid" $global | ternary .Values.allowGetAllResources $global -}}yes{{- end -}}
{{- end }}

{{/* Where pods of a workload run: .Values.mapper */}}
{{- define "network-mapper.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
