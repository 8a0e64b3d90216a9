/* The functions of ctorch.h over LibTorch. Nothing is declared here: they are found by ct_load, in the table of api.cpp. */
