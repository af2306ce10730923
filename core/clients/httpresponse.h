// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/httprequest.h>
#include <semper/semper_clients_export.h>

#include <QAnyStringView>
#include <QByteArray>
#include <QJsonValue>
#include <QString>
#include <QUrl>

namespace semper {

/// A whole answer, whatever its status.
class SEMPER_CLIENTS_EXPORT HttpResponse
{
public:
    HttpResponse() = default;
    HttpResponse(QUrl url, int status, HttpHeaders headers, QByteArray body);

    [[nodiscard]] int status() const { return m_status; }
    /// A status from 200 to 299.
    [[nodiscard]] bool isSuccess() const { return m_status >= 200 && m_status <= 299; }
    /// Unpacked, where it was compressed.
    [[nodiscard]] QByteArray body() const { return m_body; }
    /// The body's object or array; undefined where it is neither.
    [[nodiscard]] QJsonValue json() const;
    /// The value of \a name, whatever its case; several are joined by ", ". Empty for none.
    [[nodiscard]] QString header(QAnyStringView name) const;
    /// Where the answer came from in the end, behind all redirections.
    [[nodiscard]] QUrl url() const { return m_url; }

private:
    QUrl m_url;
    int m_status = 0;
    HttpHeaders m_headers;
    QByteArray m_body;
};

} // namespace semper
