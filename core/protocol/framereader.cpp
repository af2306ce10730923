// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/framereader.h"

#include "protocol/keys.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace semper {

void FrameReader::append(const QByteArray &bytes)
{
    if (!m_broken)
        m_buffer.append(bytes);
}

std::optional<std::variant<QJsonObject, FrameError>> FrameReader::next()
{
    const auto fail = [this](QString code, QString detail) {
        m_broken = true;
        m_buffer.clear();
        return FrameError{std::move(code), std::move(detail)};
    };
    while (!m_broken) {
        const qsizetype end = m_buffer.indexOf('\n', m_scanned);
        if ((end < 0 ? m_buffer.size() : end + 1) > m_limit)
            return fail(u"frame_too_long"_s, u"a frame may have %1 bytes"_s.arg(m_limit));
        if (end < 0) {
            m_scanned = m_buffer.size();
            return std::nullopt;
        }
        const QByteArray line = m_buffer.first(end).trimmed();
        m_buffer.remove(0, end + 1);
        m_scanned = 0;
        if (line.isEmpty())
            continue;

        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(line, &error);
        if (error.error != QJsonParseError::NoError)
            return fail(u"bad_frame"_s, error.errorString());
        if (!document.isObject() || !document.object().value(keys::type).isString())
            return fail(u"bad_frame"_s, u"a frame is an object with \"type\""_s);
        return document.object();
    }
    return std::nullopt;
}

} // namespace semper
