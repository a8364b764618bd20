"""What other languages call the parts of a runbook, in the English words that the dialects know.

A heading or a label is looked up whole: "Lösung" is "solutions", "症状" is "symptoms". The table is data: a language is
some more words. What is in round brackets is left out, as for every heading.
"""

import re

__all__ = ["in_english"]

_NAMES = """
symptoms = symptome | fehlerbild | fehlerbilder | anzeichen | symptômes | symptôme | signes | síntomas | síntoma
  | sintomas | sintoma | симптомы | признаки | 症状 | 现象 | 現象 | 问题现象 | 故障现象 | 告警现象 | 発生事象
  | 事象 | 증상 | 現象と症状
causes = ursachen | ursache | mögliche ursachen | häufige ursachen | gründe | grund | causes possibles | causas
  | causa | posibles causas | causas posibles | possíveis causas | causas comuns | причины | причина
  | возможные причины | 原因 | 可能原因 | 可能的原因 | 常见原因 | 故障原因 | 原因分析 | 根本原因
  | 考えられる原因 | 想定原因 | 主な原因 | 원인 | 가능한 원인
diagnosis = fehlersuche | analyse | untersuchung | prüfung | prüfschritte | diagnoseschritte | eingrenzung
  | vérification préalable | vérifications | investigation et diagnostic | diagnóstico | investigación
  | investigação | análisis | análise | диагностика | проверка | анализ | 排查 | 排查步骤 | 诊断 | 诊断步骤
  | 故障排查 | 问题排查 | 排查方法 | 排查思路 | 定位 | 问题定位 | 检查步骤 | 調査 | 調査手順 | 調査方法
  | 切り分け | 確認 | 確認手順 | 確認方法 | 診断 | 진단 | 확인 방법
solutions = lösung | lösungen | behebung | abhilfe | fehlerbehebung | maßnahmen | massnahmen | gegenmaßnahmen
  | korrektur | résolution | remédiation | actions correctives | solución | soluciones | resolución
  | remediación | mitigación | solução | soluções | resolução | mitigação | correção | решение | устранение
  | исправление | действия | 解决方案 | 解决方法 | 解决办法 | 解决 | 处理 | 处理方法 | 处理步骤 | 处理流程
  | 处置 | 处置步骤 | 修复 | 修复步骤 | 恢复步骤 | 应急处理 | 缓解措施 | 対処 | 対処法 | 対処方法 | 対応
  | 対応手順 | 対応方法 | 対策 | 解決 | 解決策 | 解決方法 | 復旧 | 復旧手順 | 해결 | 해결 방법 | 조치
  | 조치 방법
steps = schritte | vorgehen | vorgehensweise | ablauf | anleitung | durchführung | étapes | procédure
  | marche à suivre | pasos | procedimiento | passos | procedimento | passo a passo | шаги | порядок действий
  | инструкция | 步骤 | 操作步骤 | 操作流程 | 手順 | 作業手順 | 操作手順 | 절차 | 단계
meaning = bedeutung | beschreibung | zusammenfassung | überblick | hintergrund | problembeschreibung | zweck
  | résumé | contexte | problème | aperçu | descripción | resumen | contexto | problema | propósito | descrição
  | resumo | visão geral | описание | обзор | значение | проблема | 描述 | 概述 | 说明 | 告警说明 | 告警描述
  | 背景 | 问题描述 | 含义 | 概要 | 説明 | 目的 | 意味 | アラート概要 | 개요 | 설명
impact = auswirkung | auswirkungen | folgen | conséquences | impacto | consecuencias | consequências | влияние
  | последствия | 影响 | 影响范围 | 业务影响 | 影響 | 影響範囲 | 영향
verification = überprüfung | verifikation | verifizierung | erfolgskontrolle | nachkontrolle | vérification
  | verificación | verificação | проверка результата | 验证 | 结果验证 | 恢复验证 | 検証 | 動作確認 | 復旧確認
  | 검증
rollback = rückrollen | zurückrollen | retour arrière | reversión | откат | 回滚 | 回退 | 回滚方案 | 切り戻し
  | ロールバック | 롤백
escalation = eskalation | ansprechpartner | escalade | escalado | escalamiento | escalonamento | эскалация
  | 升级 | 升级流程 | 联系人 | エスカレーション | 連絡先 | 에스컬레이션
prevention = vorbeugung | prävention | vermeidung | nachbereitung | prévention | prevención | prevenção
  | предотвращение | профилактика | 预防 | 预防措施 | 改进措施 | 予防 | 予防策 | 再発防止 | 再発防止策 | 예방
references = verweise | links und verweise | siehe auch | weiterführende links | quellen | références
  | voir aussi | liens | referencias | ver también | enlaces | referências | links úteis | ссылки | см также
  | 参考 | 参考资料 | 相关链接 | 参考文献 | 参考リンク | 関連リンク | 関連資料 | 참고
prerequisites = voraussetzungen | vorbedingungen | prérequis | requisitos | requisitos previos | pré-requisitos
  | требования | 前提条件 | 前置条件 | 准备工作 | 事前準備 | 전제 조건
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
