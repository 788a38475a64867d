# The control socket of csccd (interface: "Control API").
add_library(
  cscc_control STATIC
  event_feed.cpp
  control_server.cpp
  control_server_beast.cpp
  control_server_peer.cpp
  control_server_routes.cpp
  control_server_socket.cpp
  control_session.cpp
  control_session_output.cpp
  log_throttle.cpp
  socket_name.cpp)
target_link_libraries(cscc_control PUBLIC cscc_control_types cscc_reactor PRIVATE cscc_log)
target_compile_definitions(cscc_control PRIVATE BOOST_BEAST_SEPARATE_COMPILATION)
