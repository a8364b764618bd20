"""What other languages call the parts of a runbook, in the English words that the dialects know.

A heading or a label is looked up whole: "Lösung" is "solutions", "症状" is "symptoms". The table is data: a language is
some more words. What is in round brackets is left out, as for every heading.
"""

import re

__all__ = ["in_english"]

_NAMES = """
symptoms = síntomas observados | manifestaciones | fallo | error | symptome | fehlerbild | fehlerbilder | anzeichen
  | symptômes | symptôme | signes | síntomas | síntoma | sintomas | sintoma | симптомы | признаки | 症状 | 现象
  | 現象 | 问题现象 | 故障现象 | 告警现象 | 発生事象 | 事象 | 증상 | 現象と症状 | 장애 현상 | 장애 증상 | 현상
  | 주요 증상 | 탐지 | 감지 | 알림 | 관측 결과 | sintomi | sintomo | objawy | belirtiler | 症状表现 | 検知
  | アラート | señales | erkennung | detección | detecção | détection
causes = hipóteses | hipótesis
  | 常见根因 | 可能根因 | 根因列表 | ursachen | ursache | mögliche ursachen | häufige ursachen | gründe | grund
  | causes possibles | causas | causa | posibles causas | causas posibles | possíveis causas | causas comuns
  | причины | причина | возможные причины | 原因 | 可能原因 | 可能的原因 | 常见原因 | 故障原因 | 原因分析 | 根本原因
  | 考えられる原因 | 想定原因 | 主な原因 | 원인 | 가능한 원인 | 예상 원인 | 주요 원인 | 장애 원인 | 원인 분석
  | 발생 원인 | cause possibili | cause comuni | causas comunes | causas probables | causas prováveis
  | causas frecuentes | causes probables | causes fréquentes | causes courantes | causa raíz | causa raiz
  | häufigste ursachen | wahrscheinliche ursachen | 常见问题原因 | przyczyny | nedenler | 根因 | 根因分析
diagnosis = confirmar
  | 先看什么 | 检查 | 检查项 | 查看 | 定位步骤 | fehlersuche | analyse | untersuchung | prüfung
  | prüfschritte | diagnoseschritte | eingrenzung | vérification préalable | vérifications
  | investigation et diagnostic | diagnóstico | investigación | investigação | análisis | análise | диагностика
  | проверка | анализ | 排查 | 排查步骤 | 诊断 | 诊断步骤 | 故障排查 | 问题排查 | 排查方法 | 排查思路 | 定位
  | 问题定位 | 检查步骤 | 調査 | 調査手順 | 調査方法 | 切り分け | 確認 | 確認手順 | 確認方法 | 診断 | 진단
  | 확인 방법 | 확인 | 확인 명령 | 차 확인 명령 | 차 확인 | 확인 절차 | 확인 사항 | 점검 | 점검 절차 | 점검 사항
  | 초동 확인 | 즉시 확인 | 진단 절차 | 진단 방법 | 조사 | 분석 | 원인 파악 | diagnosi | diagnosis rápida
  | diagnóstico rápido | diagnóstico inicial | comprobaciones | comprobación | verificaciones iniciales
  | verificação inicial | verificações | pasos de diagnóstico | passos de diagnóstico | etapas de diagnóstico
  | diagnostic rapide | étapes de diagnostic | erste prüfungen | erste schritte | diagnostyka | teşhis | 初步排查
  | 快速排查 | 排查命令 | 初動確認 | 確認コマンド | 切り分け手順
solutions = ação segura | acción segura
  | solution temporaire | solution définitive | solution permanente | solución temporal | solución definitiva
  | solução temporária | solução definitiva | temporäre lösung | dauerhafte lösung | 临时方案 | 临时解决方案
  | 处理方向 | 处理方式 | 处置方案 | 修复方案 | lösung | lösungen | behebung | abhilfe | fehlerbehebung
  | maßnahmen | massnahmen | gegenmaßnahmen | korrektur | résolution | remédiation | actions correctives | solución
  | soluciones | resolución | remediación | mitigación | solução | soluções | resolução | mitigação | correção
  | решение | устранение | исправление | действия | 解决方案 | 解决方法 | 解决办法 | 解决 | 处理 | 处理方法
  | 处理步骤 | 处理流程 | 处置 | 处置步骤 | 修复 | 修复步骤 | 恢复步骤 | 应急处理 | 缓解措施 | 対処 | 対処法
  | 対処方法 | 対応 | 対応手順 | 対応方法 | 対策 | 解決 | 解決策 | 解決方法 | 復旧 | 復旧手順 | 해결 | 해결 방법
  | 조치 | 조치 방법 | 대응 | 대응 절차 | 대응 방법 | 초동 조치 | 즉시 조치 | 조치 절차 | 조치 사항 | 복구
  | 복구 절차 | 복구 방법 | 완화 | 완화 조치 | 해결책 | 해결 절차 | soluzione | soluzioni | risoluzione
  | mitigazione | acciones inmediatas | acciones correctivas | acciones | pasos de resolución | pasos de mitigación
  | recuperación | remediação | ações imediatas | ações corretivas | ações | passos de mitigação
  | passos de resolução | recuperação | contorno | solution rapide | étapes de résolution | actions immédiates
  | atténuation | rétablissement | sofortmaßnahmen | wiederherstellung | lösungsschritte | behebungsschritte
  | rozwiązanie | çözüm | 恢复 | 应急处置 | 处理建议 | 復旧方法 | 暫定対応 | 恒久対応 | 一次対応
steps = schritte | vorgehen | vorgehensweise | ablauf | anleitung | durchführung | étapes | procédure
  | marche à suivre | pasos | procedimiento | passos | procedimento | passo a passo | шаги | порядок действий
  | инструкция | 步骤 | 操作步骤 | 操作流程 | 手順 | 作業手順 | 操作手順 | 절차 | 단계
meaning = bedeutung | beschreibung | zusammenfassung | überblick | hintergrund | problembeschreibung | zweck
  | résumé | contexte | problème | aperçu | descripción | resumen | contexto | problema | propósito | descrição
  | resumo | visão geral | описание | обзор | значение | проблема | 描述 | 概述 | 说明 | 告警说明 | 告警描述 | 背景
  | 问题描述 | 含义 | 概要 | 説明 | 目的 | 意味 | アラート概要 | 개요 | 설명 | 장애 정의 | 정의 | 배경 | 목적
  | 장애 개요 | 알림 설명 | 문제 | 문제 상황 | 问题 | 問題 | 상황 | descrizione | panoramica | scopo | objetivo
  | objetivo del runbook | qué significa | que significa | o que significa | ce que signifie cette alerte | objectif
  | definición | definição | opis | açıklama | 告警含义 | 故障描述 | 障害概要 | 対象 | ziel
impact = impacto no slo | impacto no negócio | impacto no serviço | impacto en el servicio | impacto en el negocio
  | impact métier | impact client | auswirkung | auswirkungen | folgen | conséquences | impacto | consecuencias
  | consequências | влияние
  | последствия | 影响 | 影响范围 | 业务影响 | 影響 | 影響範囲 | 영향 | 사용자 영향 | 영향 범위 | 영향도
  | 서비스 영향 | impatto | impacto en el usuario | impacto no usuário | impact utilisateur | gravedad e impacto
  | wpływ | etki | ユーザー影響 | 用户影响
verification = validar
  | 恢复判据 | 恢复标准 | 恢复确认 | überprüfung | verifikation | verifizierung | erfolgskontrolle
  | nachkontrolle | vérification | verificación | verificação | проверка результата | 验证 | 结果验证 | 恢复验证
  | 検証 | 動作確認 | 復旧確認 | 검증 | 복구 확인 | 복구 확인 기준 | 복구 검증 | 조치 확인 | 결과 확인 | 정상화 확인
  | verifica | verificación posterior | validación | validação | verificação pós-correção | confirmación
  | vérification du rétablissement | validierung | weryfikacja | doğrulama | 验证恢复 | 復旧基準
rollback = rückrollen | zurückrollen | retour arrière | reversión | откат | 回滚 | 回退 | 回滚方案 | 切り戻し
  | ロールバック | 롤백 | 롤백 절차 | 롤백 방법 | 원복 | reversión de cambios | plan de rollback | plano de rollback
  | procédure de retour arrière | 回退方案 | 回退步骤 | ロールバック手順
escalation = escalar
  | eskalation | ansprechpartner | escalade | escalado | escalamiento | escalonamento | эскалация | 升级
  | 升级流程 | 联系人 | エスカレーション | 連絡先 | 에스컬레이션 | 에스컬레이션 기준 | 연락처 | 보고 | 담당자
  | criterios de escalamiento | cuándo escalar | quando escalar | critérios de escalonamento | contactos | contatos
  | contatti | quand escalader | 升级路径 | エスカレーション先
prevention = vorbeugung | prävention | vermeidung | nachbereitung | prévention | prevención | prevenção
  | предотвращение | профилактика | 预防 | 预防措施 | 改进措施 | 予防 | 予防策 | 再発防止 | 再発防止策 | 예방
  | 재발 방지 | 재발 방지 대책 | 예방 조치 | 후속 조치 | 사후 조치 | 사후 기록 | 사후 분석 | prevenzione
  | acciones preventivas | medidas preventivas | ações preventivas | seguimiento | pós-incidente | post-incidente
  | suivi | nachbearbeitung | zapobieganie | önleme | 复盘 | 后续改进 | 事後対応
references = 规则引用 | 参考文档 | verweise | links und verweise | siehe auch | weiterführende links | quellen
  | références | voir aussi | liens | referencias | ver también | enlaces | referências | links úteis | ссылки
  | см также | 参考 | 参考资料 | 相关链接 | 参考文献 | 参考リンク | 関連リンク | 関連資料 | 참고 | 관련 문서
  | 참고 자료 | 참고 링크 | 관련 링크 | riferimenti | enlaces útiles | documentos relacionados | liens utiles
  | 相关文档 | 関連ドキュメント
prerequisites = voraussetzungen | vorbedingungen | prérequis | requisitos | requisitos previos | pré-requisitos
  | требования | 前提条件 | 前置条件 | 准备工作 | 事前準備 | 전제 조건 | 사전 조건 | 사전 준비 | 필요 권한
  | prerequisiti | prerrequisitos | pré requisitos | accesos necesarios | acessos necessários | benötigte zugriffe
  | 所需权限 | 必要な権限
command = befehl | befehle | kommando | comando | comandos | commande | commandes | команда | команды | 命令 | 指令
  | コマンド | 명령 | 명령어 | 실행 명령 | polecenie | komut
expected output = erwartetes ergebnis | erwartete ausgabe | sollwert | resultado esperado | salida esperada
  | résultat attendu | sortie attendue | ожидаемый результат | 预期结果 | 期望结果 | 预期输出 | 正常结果 | 期待結果
  | 期待値 | 正常時 | 기대 결과 | 예상 결과 | 정상 결과 | 정상 출력 | 정상 기준 | 정상
error message = fehlermeldung | fehlermeldungen | message d'erreur | mensaje de error | mensagem de erro
  | сообщение об ошибке | 错误信息 | 报错信息 | 报错 | エラーメッセージ | 에러 메시지 | 오류 메시지 | 오류 | 에러
warning = warnung | achtung | vorsicht | avertissement | advertencia | atención | aviso | atenção | внимание
  | предупреждение | 警告 | 注意 | 注意事项 | 경고 | 주의
note = hinweis | anmerkung | remarque | nota | примечание | 备注 | 提示 | 注 | 備考 | メモ | 참고 사항
"""
_LETTERS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for row in _NAMES.strip().replace("\n  |", " |").splitlines():
        english, _, names = row.partition(" = ")
        for name in names.split("|"):
            table.setdefault(" ".join(_LETTERS.findall(name.casefold())), english)
    return table


_ENGLISH = _table()
_LONGEST = max(map(len, _ENGLISH))


def in_english(text: str) -> str:
    """The English words for a heading or a label in another language; empty for any other text."""
    letters = " ".join(_LETTERS.findall(text[: 4 * _LONGEST].casefold()))
    return _ENGLISH.get(letters, "")
