{{/* What a workload's image is, and how it is pulled: (list . .Values.mapper) */}}
{{- define "network-mapper.image" -}}
{{- $root := index . 0 -}}
{{- $of := index . 1 -}}
{{- $name := printf "%s/%s" $of.repository $of.image -}}
{{- with ($root.Values.global.image).registry -}}
  {{- $host := splitList "/" $name | first -}}
  {{- if or (contains "." $host) (contains ":" $host) (eq $host "localhost") -}}
    {{- $name = trimPrefix (printf "%s/" $host) $name -}}
  {{- end -}}
  {{- $name = printf "%s/%s" . $name -}}
{{- end -}}
{{- if $of.digest -}}
  {{- printf "%s@%s" $name $of.digest | quote -}}
{{- else -}}
  {{- printf "%s:%s" $name (default $root.Chart.AppVersion $of.tag) | quote -}}
{{- end -}}
{{- end }}

{{/* `pullSecrets` of the original is one name; a list of names will do as well. */}}
{{- define "network-mapper.pullSecrets" -}}
{{- $root := index . 0 -}}
{{- $of := index . 1 -}}
{{- $names := concat (default list ($root.Values.global.image).pullSecrets) (kindIs "string" $of.pullSecrets | ternary (list $of.pullSecrets) (default list $of.pullSecrets)) -}}
{{- with compact $names }}
imagePullSecrets:
  {{- range uniq . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
